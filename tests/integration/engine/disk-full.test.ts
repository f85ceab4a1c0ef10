import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, makeBed } from '../../support/bed.ts';
import { type BothClients, connectBoth } from '../../support/clients.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { differences } from '../../support/inventory.ts';
import { logged } from '../../support/logged.ts';
import { containerConfig, podConfig } from '../../support/requests.ts';
import { empty, fill, mountSmallDisk } from '../../support/small-disk.ts';
import { until } from '../../support/wait.ts';

let bed: Bed;
let daemon: RunningDaemon;
let clients: BothClients;
let disks: readonly string[];

beforeAll(async () => {
  bed = makeBed('full', 65);
  disks = ['sandboxes', 'containers', 'networks', 'layers'].map((name) => join(bed.graph, name)).concat(bed.logs);
  for (const disk of disks) mountSmallDisk(disk, { size: '1m', inodes: 200 });
  daemon = await startDaemon(bed);
  clients = connectBoth(bed.socket);
});

afterAll(async () => {
  for (const client of clients) client.close();
  await daemon.stop();
  bed.dispose();
});

const settled = async (): Promise<void> => {
  const { runtime } = clients[0];
  let last: readonly string[] = [];
  await until('the host has what clients are told of', async () => {
    const [{ items }, { containers }] = [await runtime.listPodSandbox({}), await runtime.listContainers({})];
    last = differences(bed, { pods: items, containers }).filter((line) => !line.endsWith('/ballast'));
    return last.length === 0;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${last.join(', ')}`);
  });
};

const exhausted = expect.objectContaining({ code: status.RESOURCE_EXHAUSTED }) as unknown;

it.each(['sandboxes', 'networks'])(
  'no room for %s: the pod is refused, nothing is left, and made when there is room',
  async (name) => {
    const disk = join(bed.graph, name);
    for (const { runtime } of clients) {
      const config = podConfig(bed);
      fill(disk);
      await expect(runtime.runPodSandbox({ config })).rejects.toEqual(exhausted);
      expect((await runtime.listPodSandbox({})).items).toEqual([]);
      empty(disk);
      await settled();
      const { podSandboxId } = await runtime.runPodSandbox({ config });
      await runtime.removePodSandbox({ podSandboxId });
    }
  },
);

it.each(['containers', 'layers'])(
  'no room for %s: the container is refused, nothing is left, and made when there is room',
  async (name) => {
    const disk = join(bed.graph, name);
    for (const { runtime } of clients) {
      const sandboxConfig = podConfig(bed);
      const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig });
      const request = { podSandboxId, config: containerConfig('main'), sandboxConfig };
      fill(disk);
      await expect(runtime.createContainer(request)).rejects.toEqual(exhausted);
      expect((await runtime.listContainers({})).containers).toEqual([]);
      empty(disk);
      await settled();
      const { containerId } = await runtime.createContainer(request);
      await runtime.startContainer({ containerId });
      await runtime.removePodSandbox({ podSandboxId });
    }
  },
);

it.each([
  ['the directory of a log', () => ({ logPath: 'deep/down/main.log' })],
  ['the host path of a mount', () => ({ mounts: [{ hostPath: join(bed.logs, 'not/there'), containerPath: '/data' }] })],
])('no room for %s: the container is refused, nothing is left, and made when there is room', async (_what, wish) => {
  for (const { runtime } of clients) {
    const sandboxConfig = podConfig(bed);
    const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig });
    const request = { podSandboxId, config: containerConfig('main', wish()), sandboxConfig };
    fill(bed.logs);
    await expect(runtime.createContainer(request)).rejects.toEqual(exhausted);
    empty(bed.logs);
    await settled();
    await runtime.createContainer(request);
    await runtime.removePodSandbox({ podSandboxId });
  }
});

it('no room for records: what runs is stopped and its end is known, also to the next daemon', async () => {
  const { runtime } = clients[1];
  const sandboxConfig = podConfig(bed);
  const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig });
  const config = containerConfig('main', {
    command: ['sh', '-c', 'trap "exit 7" TERM; echo ready; while true; do sleep 0.1; done'],
  });
  const { containerId } = await runtime.createContainer({ podSandboxId, config, sandboxConfig });
  await runtime.startContainer({ containerId });
  await logged(`${sandboxConfig.logDirectory}/main.log`, 'ready');
  fill(join(bed.graph, 'containers'));
  await runtime
    .stopContainer({ containerId, timeout: 10n })
    .catch((error: unknown) => expect(error).toEqual(exhausted));
  await daemon.kill();
  empty(join(bed.graph, 'containers'));
  daemon = await startDaemon(bed);
  await until('it has ended', async () => {
    const { status: seen } = await runtime.containerStatus({ containerId });
    return seen?.state === 2 && seen.exitCode === 7;
  });
  await runtime.removePodSandbox({ podSandboxId });
  await settled();
});

it('no room for logs: the container runs on, and what it says is logged again when there is room', async () => {
  const { runtime } = clients[0];
  const sandboxConfig = podConfig(bed);
  const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig });
  const config = containerConfig('main', { command: ['sh', '-c', 'while true; do echo tick; sleep 0.1; done'] });
  const { containerId } = await runtime.createContainer({ podSandboxId, config, sandboxConfig });
  await runtime.startContainer({ containerId });
  const log = `${sandboxConfig.logDirectory}/main.log`;
  await logged(log, 'tick');
  fill(bed.logs);
  const { stdout } = await runtime.execSync({ containerId, cmd: ['sh', '-c', 'sleep 1; echo alive'], timeout: 20n });
  expect(Buffer.from(stdout).toString()).toBe('alive\n');
  empty(bed.logs);
  const before = readFileSync(log, 'utf8').length;
  await until('it says more', () => readFileSync(log, 'utf8').length > before);
  const { status: seen } = await runtime.containerStatus({ containerId });
  expect(seen).toMatchObject({ state: 1 });
  await runtime.removePodSandbox({ podSandboxId });
});
