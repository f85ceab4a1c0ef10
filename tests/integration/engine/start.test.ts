import { closeSync, existsSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, makeBed } from '../../support/bed.ts';
import { type BothClients, type ClientV1, type ClientV1alpha2, connectBoth } from '../../support/clients.ts';
import { mustRun } from '../../support/command.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { differences } from '../../support/inventory.ts';
import { containerConfig, podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';

let bed: Bed;
let daemon: RunningDaemon;
let clients: BothClients;

beforeAll(async () => {
  bed = makeBed('start', 95);
  daemon = await startDaemon(bed);
  clients = connectBoth(bed.socket);
});

afterAll(async () => {
  for (const client of clients) client.close();
  await daemon.stop();
  bed.dispose();
});

const [CREATED, RUNNING, EXITED] = [0, 1, 2];

const root = (): string => join(bed.state, 'runtimes/runc');
const runc = (containerId: string): { readonly status: string; readonly pid: number } =>
  JSON.parse(mustRun('runc', `--root=${root()}`, 'state', containerId)) as { status: string; pid: number };

const create = async ({ runtime }: ClientV1alpha2 | ClientV1, name: string) => {
  const sandboxConfig = podConfig(bed);
  const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig });
  const { containerId } = await runtime.createContainer({ podSandboxId, config: containerConfig(name), sandboxConfig });
  return { podSandboxId, containerId };
};

const stateOf = async (containerId: string): Promise<number | undefined> =>
  (await clients[1].runtime.containerStatus({ containerId })).status?.state;

const remove = async (podSandboxId: string): Promise<void> => {
  await clients[1].runtime.stopPodSandbox({ podSandboxId });
  await clients[1].runtime.removePodSandbox({ podSandboxId });
  expect(differences(bed, { pods: [], containers: [] })).toEqual([]);
};

it.each([0, 1] as const)('what is started runs for the runtime too (client %i)', async (version) => {
  const { podSandboxId, containerId } = await create(clients[version], 'main');
  expect(runc(containerId).status).toBe('created');
  await clients[version].runtime.startContainer({ containerId });
  expect(runc(containerId).status).toBe('running');
  // A client that timed out asks again.
  await clients[version].runtime.startContainer({ containerId });
  await remove(podSandboxId);
});

it('a container whose process is gone before its start has ended, and the client is told', async () => {
  const { podSandboxId, containerId } = await create(clients[1], 'gone');
  process.kill(runc(containerId).pid, 'SIGKILL');
  await expect(clients[1].runtime.startContainer({ containerId })).rejects.toThrow(/cannot be started|could not start/);
  await until('it has ended', async () => (await stateOf(containerId)) === EXITED);
  await remove(podSandboxId);
});

it('a container that a killed daemon had just let go runs for the next one', async () => {
  const { podSandboxId, containerId } = await create(clients[1], 'let-go');
  await daemon.kill();
  // As far as a daemon gets that is killed between opening the fifo and removing it.
  const fifo = openSync(join(root(), containerId, 'exec.fifo'), 'r');
  expect(readSync(fifo, Buffer.alloc(1))).toBe(1);
  closeSync(fifo);
  expect(runc(containerId).status).toBe('created');
  daemon = await startDaemon(bed);
  expect(await stateOf(containerId)).toBe(RUNNING);
  await clients[1].runtime.startContainer({ containerId });
  await remove(podSandboxId);
});

it('a hook that comes after the start is run, once', async () => {
  const hookSpec = join(bed.directory, 'hooks.json');
  const ran = join(bed.directory, 'ran');
  const hook = { path: '/bin/sh', args: ['sh', '-c', `echo ran >>${ran}`] };
  writeFileSync(hookSpec, JSON.stringify({ poststart: [hook] }));
  await daemon.stop();
  daemon = await startDaemon(bed, { 'hook-spec': hookSpec });
  const { podSandboxId, containerId } = await create(clients[1], 'hooked');
  expect(await stateOf(containerId)).toBe(CREATED);
  await clients[1].runtime.startContainer({ containerId });
  await until('it was run', () => existsSync(ran));
  expect(readFileSync(ran, 'utf8')).toBe('ran\n');
  await remove(podSandboxId);
});
