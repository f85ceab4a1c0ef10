import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFiles } from './support/files.ts';
import { cgroupOf, leftIn, type Pod, pidOf, removePod, runContainer, runPod } from './support/pods.ts';
import { type Driver, openWorld, type World } from './support/world.ts';

const MIB = 1024n * 1024n;
const DRIVERS: readonly Driver[] = ['cgroupfs', 'systemd'];
/** RuntimeConfig's numbers. */
const NUMBER = { systemd: 0, cgroupfs: 1 } as const;

interface Made {
  readonly pod: Pod;
  readonly container: string;
  readonly pid: number;
}

let world: World;
/** One by each driver, made while it was the setting. */
const made = new Map<Driver, Made>();
const madeBy = (driver: Driver): Made => {
  const found = made.get(driver);
  if (found === undefined) throw new Error(`no pod by ${driver}`);
  return found;
};

const make = async (driver: Driver): Promise<Made> => {
  const pod = await runPod(world, { driver, runtime: 'runc' });
  const linux = { resources: { memoryLimitInBytes: 64n * MIB } };
  const container = await runContainer(world, pod, { command: ['sleep', '1000000'], linux });
  return { pod, container, pid: await pidOf(world, container) };
};

beforeAll(async () => {
  world = await openWorld();
  for (const driver of DRIVERS) {
    await world.configure(driver);
    made.set(driver, await make(driver));
  }
});
afterAll(() => world.close());

/** What a client may ask of a running container, whatever the setting is. */
const serves = async ({ pod, container, pid }: Made, limit: bigint): Promise<void> => {
  const { runtime } = world.client;
  expect(await pidOf(world, container)).toBe(pid);
  const directory = cgroupOf(pod, container);
  await runtime.updateContainerResources({ containerId: container, linux: { memoryLimitInBytes: limit } });
  const files = await readFiles(world, directory);
  expect(files.value('memory.max')).toBe(limit);
  const { stats } = await runtime.containerStats({ containerId: container });
  expect(stats?.memory?.availableBytes?.value).toBe(limit - (stats?.memory?.workingSetBytes?.value ?? 0n));
  const { stats: whole } = await runtime.podSandboxStats({ podSandboxId: pod.id });
  expect(whole?.linux?.process?.processCount?.value).toBe(
    (await readFiles(world, pod.directory)).value('pids.current'),
  );
  const { stdout } = await runtime.execSync({
    containerId: container,
    cmd: ['cat', '/proc/self/cgroup'],
    timeout: 60n,
  });
  expect(Buffer.from(stdout).toString()).toBe('0::/\n');
};

test('the setting is what RuntimeConfig says, and new pods are made by it', async () => {
  const { linux } = await world.client.runtime.runtimeConfig({});
  expect(linux?.cgroupDriver).toBe(NUMBER.systemd);
  expect(cgroupOf(madeBy('systemd').pod, madeBy('systemd').container)).toContain('.slice/janus-');
  for (const driver of DRIVERS) {
    const { pod, container, pid } = madeBy(driver);
    expect((await world.guest.sh(`cat ${cgroupOf(pod, container)}/cgroup.procs`)).split('\n')).toContain(String(pid));
  }
});

test.each(DRIVERS)('with the setting systemd, a pod of %s runs on and is served', (driver) =>
  serves(madeBy(driver), 72n * MIB),
);

test.each(DRIVERS)('with the setting cgroupfs, a pod of %s runs on and is served', async (driver) => {
  const { linux } = await world.client.runtime.runtimeConfig({});
  if (linux?.cgroupDriver !== NUMBER.cgroupfs) await world.configure('cgroupfs');
  expect((await world.client.runtime.runtimeConfig({})).linux?.cgroupDriver).toBe(NUMBER.cgroupfs);
  await serves(madeBy(driver), 80n * MIB);
});

test('a new container of an old pod is made by the pod’s driver', async () => {
  const { pod } = madeBy('systemd');
  const second = await runContainer(world, pod);
  expect((await world.guest.sh(`cat ${cgroupOf(pod, second)}/cgroup.procs`)).split('\n')).toContain(
    String(await pidOf(world, second)),
  );
  expect(await world.guest.sh(`systemctl is-active janus-${second}.scope`)).toBe('active');
});

test.each(DRIVERS)('a pod of %s is stopped and removed, and leaves nothing', async (driver) => {
  const { pod, container, pid } = madeBy(driver);
  await world.client.runtime.stopContainer({ containerId: container, timeout: 0n });
  await removePod(world, pod);
  expect((await world.guest.run(`test -e /proc/${pid}`)).status).not.toBe(0);
  const left = await leftIn(world);
  for (const id of [pod.id, container]) expect(left).not.toContain(id);
});
