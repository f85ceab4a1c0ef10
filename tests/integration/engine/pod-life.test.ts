import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, makeBed, mountsBelow } from '../../support/bed.ts';
import { type ClientV1, type ClientV1alpha2, connectV1, connectV1alpha2 } from '../../support/clients.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { type HostState, leftBehind, readHost } from '../../support/host.ts';
import { logged } from '../../support/logged.ts';
import { CONTAINER, containerConfig, NODE, POD, podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';

let before: HostState;
let bed: Bed;
let daemon: RunningDaemon;
let v1: ClientV1;
let v1alpha2: ClientV1alpha2;

beforeAll(async () => {
  before = readHost();
  bed = makeBed('life', 11);
  daemon = await startDaemon(bed);
  v1 = connectV1(bed.socket);
  v1alpha2 = connectV1alpha2(bed.socket);
});

afterAll(async () => {
  v1.close();
  v1alpha2.close();
  await daemon.stop();
  bed.dispose();
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString().trim();

/** The whole life of a pod: made by one version's client, used and removed by the other's. */
const life = async (maker: ClientV1 | ClientV1alpha2, user: ClientV1 | ClientV1alpha2): Promise<void> => {
  const config = podConfig(bed, { labels: { app: 'life' }, annotations: { note: 'ä' } });
  const { podSandboxId } = await maker.runtime.runPodSandbox({ config });
  const { containerId } = await maker.runtime.createContainer({
    podSandboxId,
    config: containerConfig('main'),
    sandboxConfig: config,
  });
  await maker.runtime.startContainer({ containerId });

  const { items } = await user.runtime.listPodSandbox({});
  expect(items.find(({ id }) => id === podSandboxId)).toMatchObject({
    state: 0,
    labels: { app: 'life' },
    annotations: { note: 'ä' },
  });
  const { status } = await user.runtime.podSandboxStatus({ podSandboxId });
  const ip = status?.network?.ip ?? '';
  expect(ip).toMatch(/^10\.88\.11\./);

  const exec = await user.runtime.execSync({ containerId, cmd: ['ip', '-4', '-o', 'addr'], timeout: 5n });
  expect(text(exec.stdout)).toContain(ip);
  const logPath = `${config.logDirectory}/main.log`;
  await logged(logPath, 'stdout F hello\n');

  await user.runtime.stopContainer({ containerId, timeout: 5n });
  const ended = await user.runtime.containerStatus({ containerId });
  expect(ended.status).toMatchObject({ state: 2, exitCode: 0, reason: 'Completed' });
  await user.runtime.removeContainer({ containerId });
  await user.runtime.stopPodSandbox({ podSandboxId });
  await user.runtime.removePodSandbox({ podSandboxId });
  expect((await maker.runtime.listPodSandbox({})).items).toEqual([]);
};

describe('a pod', () => {
  it('made over v1alpha2 is used and removed over v1', () => life(v1alpha2, v1));
  it('made over v1 is used and removed over v1alpha2', () => life(v1, v1alpha2));

  const processOf = async (podSandboxId: string): Promise<number> => {
    const { info } = await v1.runtime.podSandboxStatus({ podSandboxId, verbose: true });
    return (JSON.parse(info['info'] ?? '{}') as { pid: number }).pid;
  };

  it('has one mount for its network and one for /dev/shm: its process holds its name and its IPC for all containers', async () => {
    const config = podConfig(bed, { hostname: 'held' });
    const { podSandboxId } = await v1.runtime.runPodSandbox({ config });
    const ours = `${bed.state}/sandboxes/${podSandboxId}`;
    expect([...mountsBelow(ours)].sort()).toEqual([`${ours}/ns/net`, `${ours}/shm`]);
    const pid = await processOf(podSandboxId);
    for (const client of [v1, v1alpha2]) {
      const container = containerConfig(client === v1 ? 'one' : 'two');
      const { containerId } = await client.runtime.createContainer({ podSandboxId, config: container });
      await client.runtime.startContainer({ containerId });
      const cmd = ['sh', '-c', 'hostname; for kind in uts ipc net; do readlink /proc/self/ns/$kind; done'];
      const { stdout } = await client.runtime.execSync({ containerId, cmd, timeout: 5n });
      const held = ['uts', 'ipc', 'net'].map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`));
      expect(text(stdout).split('\n')).toEqual(['held', ...held]);
      expect(held).not.toContain(readlinkSync('/proc/self/ns/uts'));
      expect(held).not.toContain(readlinkSync('/proc/self/ns/ipc'));
    }
    await v1.runtime.removePodSandbox({ podSandboxId });
  });

  it.each(['kernel.shmmax', 'net.ipv4.ip_forward'])(
    'whose %s the kernel does not take is refused before its network is looked for, and leaves no record',
    async (name) => {
      const network = `${bed.cniDirectory}/10-test.conflist`;
      const networkReady = async (): Promise<boolean | undefined> =>
        (await v1.runtime.status({})).status?.conditions.find(({ type }) => type === 'NetworkReady')?.status;
      renameSync(network, `${network}.away`);
      try {
        await until('the network is gone', async () => (await networkReady()) === false);
        const linux = { ...podConfig(bed).linux, sysctls: { [name]: 'x' } };
        await expect(v1.runtime.runPodSandbox({ config: podConfig(bed, { linux }) })).rejects.toMatchObject({
          code: 3,
          details: expect.stringContaining(`${name}=x`) as string,
        });
      } finally {
        renameSync(`${network}.away`, network);
        await until('the network is back', networkReady);
      }
      expect((await v1.runtime.listPodSandbox({})).items).toEqual([]);
    },
  );

  it('takes no new container once its process has been killed, and is taken down', async () => {
    const config = podConfig(bed);
    const { podSandboxId } = await v1.runtime.runPodSandbox({ config });
    const pid = await processOf(podSandboxId);
    process.kill(pid, 'SIGKILL');
    await until('it is dead', () => !readdirSync('/proc').includes(String(pid)));
    await expect(v1.runtime.createContainer({ podSandboxId, config: containerConfig('late') })).rejects.toMatchObject({
      code: 9,
    });
    await v1.runtime.stopPodSandbox({ podSandboxId });
    await v1.runtime.removePodSandbox({ podSandboxId });
  });

  it('shares its PID namespace when it is asked to, under an init that reaps', async () => {
    const config = podConfig(bed, {
      linux: { securityContext: { namespaceOptions: { network: POD, ipc: POD, pid: POD } } },
    });
    const { podSandboxId } = await v1.runtime.runPodSandbox({ config });
    const shared = { securityContext: { namespaceOptions: { network: POD, ipc: POD, pid: POD } } };
    const ids: string[] = [];
    for (const name of ['one', 'two']) {
      const container = containerConfig(name, { linux: shared });
      const { containerId } = await v1.runtime.createContainer({ podSandboxId, config: container });
      await v1.runtime.startContainer({ containerId });
      ids.push(containerId);
    }
    const [first = ''] = ids;
    const { stdout } = await v1.runtime.execSync({ containerId: first, cmd: ['ps', '-o', 'pid,args'], timeout: 5n });
    expect(text(stdout)).toMatch(/^\s*1 \/catatonit -P$/m);
    expect(text(stdout).match(/echo hello/g)).toHaveLength(2);
    await v1.runtime.execSync({ containerId: first, cmd: ['sh', '-c', '(sleep 0.2 &) ; exit 0'], timeout: 5n });
    await until('the orphan is reaped', async () => {
      const processes = await v1.runtime.execSync({ containerId: first, cmd: ['ps', '-o', 'stat,args'], timeout: 5n });
      return !/^Z/m.test(text(processes.stdout)) && !text(processes.stdout).includes('sleep 0.2');
    });
    await v1.runtime.stopPodSandbox({ podSandboxId });
    await v1.runtime.removePodSandbox({ podSandboxId });
  });

  it('shares its PID namespace under an init that sees nothing of the host and may do nothing', async () => {
    const place = (name: string): string => readlinkSync(`/proc/${daemon.pid}/${name}`);
    const [mounts, directory] = [place('ns/mnt'), place('cwd')];
    const namespaceOptions = { network: POD, ipc: POD, pid: POD };
    const linux = { securityContext: { namespaceOptions, privileged: true } };
    const { podSandboxId } = await v1.runtime.runPodSandbox({ config: podConfig(bed, { linux }) });
    const init = `/proc/${await processOf(podSandboxId)}`;
    expect(readdirSync(`${init}/root`).sort()).toEqual(['catatonit', 'dev', 'proc', 'sys']);
    expect(readdirSync(join(init, 'root', 'proc'))).toEqual([]);
    expect(() => writeFileSync(join(init, 'root', 'new'), '')).toThrow('EROFS');
    expect(readFileSync(`${init}/mountinfo`, 'utf8').match(/\n/g)).toHaveLength(1);
    expect([0, 1, 2].map((fd) => readlinkSync(`${init}/fd/${fd}`))).toEqual(['/', '/', '/']);
    expect(() => chmodSync(`${init}/fd/0`, 0o777)).toThrow('EROFS');
    expect(readFileSync(`${init}/status`, 'utf8')).toMatch(/CapInh:\t0+\nCapPrm:\t0+\nCapEff:\t0+\n/);
    expect([place('ns/mnt'), place('cwd')]).toEqual([mounts, directory]);
    expect(readlinkSync(`/proc/${daemon.pid}/ns/pid_for_children`)).toBe(place('ns/pid'));

    const config = containerConfig('main', { linux });
    const { containerId } = await v1.runtime.createContainer({ podSandboxId, config });
    await v1.runtime.startContainer({ containerId });
    const cmd = ['sh', '-c', 'cd /proc/1/root; echo $(ls), $(ls ..)'];
    const { stdout } = await v1.runtime.execSync({ containerId, cmd, timeout: 5n });
    expect(text(stdout)).toBe('catatonit dev proc sys, catatonit dev proc sys');
    await v1.runtime.removePodSandbox({ podSandboxId });
  });

  it('shares its PID namespace while others do', async () => {
    const shared = { linux: { securityContext: { namespaceOptions: { network: POD, ipc: POD, pid: POD } } } };
    const runs = [1, 2, 3].map(() => v1.runtime.runPodSandbox({ config: podConfig(bed, shared) }));
    const pods = [
      ...(await Promise.all(runs)),
      await v1alpha2.runtime.runPodSandbox({ config: podConfig(bed, shared) }),
    ];
    for (const { podSandboxId } of pods) await v1.runtime.removePodSandbox({ podSandboxId });
    expect(new Set(pods.map(({ podSandboxId }) => podSandboxId)).size).toBe(4);
  });

  it('with the host network has no address and the host name of the host', async () => {
    const config = podConfig(bed, {
      linux: { securityContext: { namespaceOptions: { network: NODE, ipc: POD, pid: CONTAINER } } },
    });
    const { podSandboxId } = await v1alpha2.runtime.runPodSandbox({ config });
    const { status } = await v1alpha2.runtime.podSandboxStatus({ podSandboxId });
    expect(status?.network?.ip ?? '').toBe('');
    expect(status?.linux?.namespaces?.options?.network).toBe(NODE);
    await v1alpha2.runtime.removePodSandbox({ podSandboxId });
  });

  it('asked for twice is one pod', async () => {
    const request = { config: podConfig(bed) };
    const [first, second] = await Promise.all([
      v1.runtime.runPodSandbox(request),
      v1alpha2.runtime.runPodSandbox(request),
    ]);
    expect(first.podSandboxId).toBe(second.podSandboxId);
    const third = await v1.runtime.runPodSandbox(request);
    expect(third.podSandboxId).toBe(first.podSandboxId);
    await v1.runtime.removePodSandbox({ podSandboxId: first.podSandboxId });
  });

  it.each(['v1', 'v1alpha2'] as const)('has its log rotated over %s', async (version) => {
    const client = { v1, v1alpha2 }[version];
    const config = podConfig(bed);
    const { podSandboxId } = await client.runtime.runPodSandbox({ config });
    const container = containerConfig('rotated', {
      command: ['sh', '-c', 'while true; do echo tick; sleep 0.1; done'],
    });
    const { containerId } = await client.runtime.createContainer({
      podSandboxId,
      config: container,
      sandboxConfig: config,
    });
    await client.runtime.startContainer({ containerId });
    const log = `${config.logDirectory}/rotated.log`;
    await logged(log, 'tick');
    renameSync(log, `${log}.1`);
    await client.runtime.reopenContainerLog({ containerId });
    expect(existsSync(log)).toBe(true);
    await until('the new log has a line', () => readFileSync(log, 'utf8').includes('tick'));
    await client.runtime.removePodSandbox({ podSandboxId });
  });

  it.each(['v1', 'v1alpha2'] as const)(
    'that does not exist is stopped and removed over %s without an error',
    async (version) => {
      const { runtime } = { v1, v1alpha2 }[version];
      for (const id of [randomUUID(), '0'.repeat(64)]) {
        await runtime.stopContainer({ containerId: id, timeout: 1n });
        await runtime.removeContainer({ containerId: id });
        await runtime.stopPodSandbox({ podSandboxId: id });
        await runtime.removePodSandbox({ podSandboxId: id });
      }
    },
  );

  it('runs on while the daemon is away, and what ended meanwhile has its exit code', async () => {
    const config = podConfig(bed);
    const { podSandboxId } = await v1.runtime.runPodSandbox({ config });
    const make = async (name: string, script: string): Promise<string> => {
      const container = containerConfig(name, { command: ['sh', '-c', script] });
      const { containerId } = await v1alpha2.runtime.createContainer({
        podSandboxId,
        config: container,
        sandboxConfig: config,
      });
      await v1alpha2.runtime.startContainer({ containerId });
      return containerId;
    };
    const long = await make('long', 'sleep 1000');
    const short = await make('short', 'sleep 1; exit 7');
    await daemon.kill();
    await until('the short one has ended', () => existsSync(`${bed.state}/exits/${short}`));
    daemon = await startDaemon(bed);
    const statuses = await Promise.all([long, short].map((containerId) => v1.runtime.containerStatus({ containerId })));
    expect(statuses[0]?.status).toMatchObject({ state: 1 });
    expect(statuses[1]?.status).toMatchObject({ state: 2, exitCode: 7, reason: 'Error' });
    await v1.runtime.removePodSandbox({ podSandboxId });
    expect((await v1alpha2.runtime.listContainers({})).containers).toEqual([]);
  });
});

it('leaves nothing behind', async () => {
  await daemon.stop();
  bed.dispose();
  await expect.poll(() => leftBehind(before, readHost())).toEqual({});
  bed = makeBed('life', 11);
  daemon = await startDaemon(bed);
});
