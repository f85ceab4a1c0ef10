import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cgroupOf, endOf, leftIn, type Pod, pidOf, removePod, runContainer, runPod } from './support/pods.ts';
import { openWorld, type World } from './support/world.ts';

const MIB = 1024n * 1024n;
let world: World;

beforeAll(async () => {
  world = await openWorld();
  await world.configure('systemd');
});
afterAll(() => world.close());

/** Properties of a scope, in the order in which they are named. */
const unitOf = async (id: string, ...names: readonly string[]): Promise<readonly (string | undefined)[]> => {
  const lines = (await world.guest.sh(`systemctl show janus-${id}.scope -p ${names.join(',')}`)).split('\n');
  const values = new Map(lines.map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]));
  return names.map((name) => values.get(name));
};

const file = (pod: Pod, id: string, name: string): Promise<string> =>
  world.guest.sh(`cat ${cgroupOf(pod, id)}/${name}`);

test('RuntimeConfig names the driver', async () => {
  const { linux } = await world.client.runtime.runtimeConfig({});
  expect(linux?.cgroupDriver).toBe(0);
});

test.each(['/kubepods/besteffort/pod1', 'kubepods--pod1.slice', '-pod1.slice', 'pod1-.slice'])(
  'a parent that is no slice of systemd is refused: %s',
  async (cgroupParent) => {
    const metadata = { name: 'bad', uid: 'bad', namespace: 'default', attempt: 0 };
    await expect(world.client.runtime.runPodSandbox({ config: { metadata, linux: { cgroupParent } } })).rejects.toThrow(
      /INVALID_ARGUMENT.*config.linux.cgroup_parent/,
    );
  },
);

describe.each(['runc', 'crun'])('%s', (runtime) => {
  let pod: Pod;
  let container: string;

  beforeAll(async () => {
    pod = await runPod(world, { driver: 'systemd', runtime });
    const resources = { memoryLimitInBytes: 64n * MIB, cpuShares: 512n, cpuQuota: 20_000n, cpuPeriod: 100_000n };
    container = await runContainer(world, pod, { linux: { resources } });
  });

  test('pod and container have scopes in the slice that the kubelet made', async () => {
    for (const id of [pod.id, container]) {
      const cgroup = cgroupOf(pod, id).replace('/sys/fs/cgroup', '');
      expect(await unitOf(id, 'Slice', 'ControlGroup', 'ActiveState')).toEqual([pod.parent, cgroup, 'active']);
    }
  });

  test('the process of each is in its scope', async () => {
    expect((await file(pod, container, 'cgroup.procs')).split('\n')).toContain(String(await pidOf(world, container)));
    const [pause = ''] = (await file(pod, pod.id, 'cgroup.procs')).split('\n');
    expect(await world.guest.sh(`cat /proc/${pause}/comm`)).toBe('catatonit');
    expect(await world.guest.sh(`readlink /proc/${pause}/ns/net`)).toBe(
      await world.guest.sh(`readlink /proc/${await pidOf(world, container)}/ns/net`),
    );
  });

  test('limits are set, also after systemd has read its units again', async () => {
    await world.guest.sh('systemctl daemon-reload');
    expect(await file(pod, container, 'memory.max')).toBe(String(64n * MIB));
    expect(await file(pod, container, 'cpu.max')).toBe('20000 100000');
  });

  test('statistics of both come from their cgroups', async () => {
    const { stats } = await world.client.runtime.containerStats({ containerId: container });
    expect(stats?.cpu?.usageCoreNanoSeconds?.value).toBeGreaterThan(0n);
    expect(stats?.memory?.workingSetBytes?.value).toBeGreaterThan(0n);
    expect(stats?.memory?.availableBytes?.value).toBeLessThanOrEqual(64n * MIB);
    const { stats: whole } = await world.client.runtime.podSandboxStats({ podSandboxId: pod.id });
    expect(whole?.linux?.memory?.usageBytes?.value).toBeGreaterThan(stats?.memory?.rssBytes?.value ?? 0n);
    expect(whole?.linux?.process?.processCount?.value).toBeGreaterThanOrEqual(2n);
    expect(whole?.linux?.network?.defaultInterface?.name).toBe('eth0');
  });

  test('an update reaches systemd', async () => {
    const linux = { memoryLimitInBytes: 96n * MIB, cpuQuota: 30_000n, cpuPeriod: 100_000n };
    await world.client.runtime.updateContainerResources({ containerId: container, linux });
    await world.guest.sh('systemctl daemon-reload');
    expect(await file(pod, container, 'memory.max')).toBe(String(96n * MIB));
    expect(await file(pod, container, 'cpu.max')).toBe('30000 100000');
    expect(await unitOf(container, 'MemoryMax')).toEqual([String(96n * MIB)]);
  });

  test('a stopped and removed pod leaves nothing', async () => {
    await world.client.runtime.stopContainer({ containerId: container, timeout: 0n });
    await removePod(world, pod);
    await expect.poll(() => leftIn(world)).toBe('');
  });

  test('nor does one that shares its PID namespace, whose container was killed for memory', async () => {
    const shared = await runPod(world, { driver: 'systemd', runtime, sharedPid: true });
    const init = (await file(shared, shared.id, 'cgroup.procs')).split('\n')[0] ?? '';
    expect(await world.guest.sh(`cat /proc/${init}/comm`)).toBe('catatonit');
    const resources = { memoryLimitInBytes: 32n * MIB };
    const greedy = await runContainer(world, shared, {
      command: ['sh', '-c', 'exec tail /dev/zero'],
      linux: { resources },
    });
    expect(await endOf(world, greedy)).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
    const running = await runContainer(world, shared);
    expect(await world.guest.sh(`readlink /proc/${await pidOf(world, running)}/ns/pid`)).toBe(
      await world.guest.sh(`readlink /proc/${init}/ns/pid`),
    );
    await removePod(world, shared);
    await expect.poll(() => leftIn(world)).toBe('');
  });
});
