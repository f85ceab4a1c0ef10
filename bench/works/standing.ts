import { setTimeout as delay } from 'node:timers/promises';
import type { EngineAccess, PodHandle } from '../contestant.ts';
import { lower, raise } from '../fleet.ts';
import { type ListBytes, listsAsBytes } from '../list-bytes.ts';
import { podProcesses, pssOf } from '../memory.ts';
import { inTurn, timed } from '../timed.ts';
import type { Figure, Samples, Work } from '../work.ts';

type Calls = Readonly<Record<string, () => Promise<unknown>>>;

const callsOf = ({ cri: { runtime } }: EngineAccess, made: readonly PodHandle[]): Calls => {
  let turn = 0;
  const next = (): PodHandle => made[turn++ % made.length] ?? { podSandboxId: '', containerId: '' };
  return {
    Version: () => runtime.version({}),
    ListPodSandbox: () => runtime.listPodSandbox({}),
    ListContainers: () => runtime.listContainers({}),
    PodSandboxStatus: () => runtime.podSandboxStatus({ podSandboxId: next().podSandboxId }),
    ContainerStatus: () => runtime.containerStatus({ containerId: next().containerId }),
    ListContainerStats: () => runtime.listContainerStats({}),
  };
};

const CALLS = 100;
/** The slowest in a hundred of these are figures of their own. */
const LISTS = ['ListPodSandbox', 'ListContainers'] as const;
const LIST_CALLS = 300;
const SPACED_CALLS = 3;
const SPACE_MS = 1100;

/** Statistics are kept for a moment for all callers: asked more often, one would measure a cache. */
const spaced = async (call: () => Promise<unknown>): Promise<readonly number[]> => {
  const samples: number[] = [];
  for (let i = 0; i < SPACED_CALLS; i += 1) {
    await delay(SPACE_MS);
    samples.push((await timed(call))[0]);
  }
  return samples;
};

const sampled = (name: string, call: () => Promise<unknown>): Promise<readonly number[]> => {
  if (name === 'ListContainerStats') return spaced(call);
  return inTurn(call, LISTS.some((list) => list === name) ? LIST_CALLS : CALLS);
};

const asBytes = (list: string): string => `${list} as bytes`;

/** Milliseconds of each call until the whole answer is there. Throws if an answer does not have so many entries. */
const inBytes = async ({ call, count }: ListBytes, entries: number): Promise<readonly number[]> => {
  const samples = await inTurn(call, LIST_CALLS);
  const listed = count(await call());
  if (listed !== entries) throw new Error(`${listed} of ${entries} are listed`);
  return samples;
};

const IN_BYTES = LISTS.map(asBytes);

const NAMES = ['Version', ...LISTS, 'PodSandboxStatus', 'ContainerStatus', 'ListContainerStats'];
const MEMORY = ['memory per pod', 'the engine with its pods'] as const;

const slowest = (name: string, count: number): Figure => ({
  ...{ name: `${name} p99, ${count} pods`, samples: `${name}, ${count} pods` },
  ...{ unit: 'ms', of: 'p99' },
});

/** What pods that stand cost: the calls of a kubelet's polling, and memory. */
export const standing = (count: number): Work => ({
  name: `standing-${count}`,
  figures: [
    ...[...NAMES, ...IN_BYTES].map((name): Figure => ({ name: `${name}, ${count} pods`, unit: 'ms', of: 'p50' })),
    ...[...LISTS, ...IN_BYTES].map((name) => slowest(name, count)),
    ...MEMORY.map((name): Figure => ({ name: `${name}, ${count} pods`, unit: 'MB', of: 'p50' })),
  ],
  prepare: async ({ engine, pods }) => {
    if (engine === undefined) return undefined;
    const made = await raise(pods, count);
    const own = podProcesses(made.flatMap(({ podSandboxId, containerId }) => [podSandboxId, containerId]));
    const calls = callsOf(engine, made);
    const lists = listsAsBytes(engine);
    return {
      round: async (): Promise<Samples> => {
        const samples: Record<string, readonly number[]> = {};
        for (const [name, call] of Object.entries(calls)) samples[`${name}, ${count} pods`] = await sampled(name, call);
        for (const name of LISTS) samples[`${asBytes(name)}, ${count} pods`] = await inBytes(lists[name], count);
        samples[`memory per pod, ${count} pods`] = [pssOf(own) / count];
        samples[`the engine with its pods, ${count} pods`] = [pssOf([engine.pid])];
        return samples;
      },
      close: () => lower(pods, made),
    };
  },
});
