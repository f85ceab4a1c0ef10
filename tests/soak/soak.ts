import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLimit } from '../../src/core/limit.ts';
import type { AnyClient } from '../contract/support/world.ts';
import { type Bed, makeBed, mountsBelow } from '../support/bed.ts';
import { connectBoth } from '../support/clients.ts';
import { command } from '../support/command.ts';
import { type RunningDaemon, startDaemon } from '../support/daemon.ts';
import { differences } from '../support/inventory.ts';
import { containerConfig, podConfig } from '../support/requests.ts';
import { until } from '../support/wait.ts';

/**
 * soak.ts --pods N [--at-once N] [--crowd N]: N lives of pods, from making to removal, some at once; and before them a crowd of pods that stand at the
 * same time. Prints what the daemon holds at the start, in the middle and at the end, and fails if it holds more and more.
 */
const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '2000' },
    'at-once': { type: 'string', default: '20' },
    crowd: { type: 'string', default: '200' },
  },
});
const [pods, atOnce, crowd] = [Number(values.pods), Number(values['at-once']), Number(values.crowd)];
const MIB = 1024 * 1024;

/** What the daemon, and the file system, have to hold. */
interface Holdings {
  readonly residentMiB: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly inodes: number;
  readonly mounts: number;
}

const inodesOf = (directory: string): number =>
  Number(command('sh', ['-c', `find "${directory}" -xdev -not -path '*/logs/*' | wc -l`]).stdout);

const read = (bed: Bed, { pid }: RunningDaemon): Holdings => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return {
    residentMiB: Math.round((field('VmRSS') * 1024) / MIB),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: field('Threads'),
    inodes: inodesOf(bed.directory),
    mounts: mountsBelow(bed.directory).length,
  };
};

interface Pod {
  readonly podSandboxId: string;
  readonly containerId: string;
}

/** Waits without waking up: hundreds of them are no load. It says when it heeds signals. */
const WAITING = ['sh', '-c', 'trap "exit 0" TERM; echo hello; sleep 1000000 & wait'];

const makePod = async (bed: Bed, { runtime }: AnyClient): Promise<Pod> => {
  const config = podConfig(bed);
  const { podSandboxId } = await runtime.runPodSandbox({ config });
  const container = { podSandboxId, config: containerConfig('main', { command: WAITING }), sandboxConfig: config };
  const { containerId } = await runtime.createContainer(container);
  await runtime.startContainer({ containerId });
  await until(
    'it heeds signals',
    () => readFileSync(join(config.logDirectory, 'main.log'), 'utf8').includes('hello'),
    60,
  );
  return { podSandboxId, containerId };
};

const removePod = async ({ runtime }: AnyClient, { podSandboxId, containerId }: Pod): Promise<void> => {
  await runtime.stopContainer({ containerId, timeout: 10n });
  const { status } = await runtime.containerStatus({ containerId });
  if (status?.exitCode !== 0) throw new Error(`${containerId} ended with ${status?.exitCode}`);
  await runtime.removeContainer({ containerId });
  await runtime.stopPodSandbox({ podSandboxId });
  await runtime.removePodSandbox({ podSandboxId });
};

/** Runs `work` for each number below `count`, so many at once, and tells the seconds it took. */
const each = async (count: number, work: (index: number) => Promise<void>): Promise<number> => {
  const began = performance.now();
  const limit = createLimit(atOnce);
  await Promise.all(
    Array.from({ length: count }, (_, index) => limit(new AbortController().signal, () => work(index))),
  );
  return Math.round((performance.now() - began) / 100) / 10;
};

const bed = makeBed('soak', 64);
const daemon = await startDaemon(bed, { 'log-level': 'INFO' });
const clients = connectBoth(bed.socket);
const clientOf = (index: number): AnyClient => clients[index % 2 === 0 ? 0 : 1];
const say = (what: string, figures: object): void => console.log(`soak: ${what}: ${JSON.stringify(figures)}`);
const listing = async () => {
  const { items } = await clients[1].runtime.listPodSandbox({});
  const { containers } = await clients[1].runtime.listContainers({});
  return { pods: items, containers };
};

const standTogether = async (): Promise<void> => {
  const standing: Pod[] = [];
  const made = await each(crowd, async (index) => void standing.push(await makePod(bed, clientOf(index))));
  const began = performance.now();
  const { pods: seen, containers } = await listing();
  const listed = Math.round(performance.now() - began);
  if (seen.length !== crowd || containers.some(({ state }) => state !== 1)) throw new Error('not all of the crowd run');
  say(`${crowd} pods at once`, read(bed, daemon));
  const removed = await each(crowd, (index) => removePod(clientOf(index), standing[index] as Pod));
  say('the crowd', { pods: crowd, atOnce, madeInSeconds: made, listedInMs: listed, removedInSeconds: removed });
};

const lives = (count: number): Promise<number> =>
  each(count, async (index) => removePod(clientOf(index + 1), await makePod(bed, clientOf(index))));

/** Room that a runtime with a garbage collector may take: what grows with every pod takes more. */
const MEMORY_MIB = 60;
const DESCRIPTORS = 8;

const failures: string[] = [];
try {
  await standTogether();
  await lives(Math.min(100, pods));
  const start = read(bed, daemon);
  say('start', start);
  const first = await lives(pods / 2);
  say('middle', { ...read(bed, daemon), seconds: first });
  const second = await lives(pods / 2);
  await delay(2000);
  const end = read(bed, daemon);
  say('end', { ...end, seconds: second });
  if (end.residentMiB > start.residentMiB + MEMORY_MIB) failures.push('memory has grown');
  if (end.descriptors > start.descriptors + DESCRIPTORS) failures.push('descriptors have grown');
  if (end.inodes > start.inodes + DESCRIPTORS || end.mounts > start.mounts)
    failures.push('inodes or mounts have grown');
  failures.push(...differences(bed, await listing()));
} finally {
  for (const client of clients) client.close();
  await daemon.stop();
  bed.dispose();
}
for (const failure of failures) console.error(`soak: ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
