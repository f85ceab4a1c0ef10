import type { EngineAccess, PodHandle, Pods } from '../contestant.ts';
import { podProcesses, pssOf } from '../memory.ts';
import type { Figure, Samples, Work } from '../work.ts';

/** Ten at a time. */
const raise = async (pods: Pods, count: number): Promise<readonly PodHandle[]> => {
  const made: PodHandle[] = [];
  while (made.length < count) {
    const batch = Math.min(10, count - made.length);
    made.push(...(await Promise.all(Array.from({ length: batch }, () => pods.up()))));
  }
  return made;
};

const lower = async (pods: Pods, made: readonly PodHandle[]): Promise<void> => {
  for (let i = 0; i < made.length; i += 10) await Promise.all(made.slice(i, i + 10).map((pod) => pods.down(pod)));
};

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
/** Statistics are kept for a moment for all callers: asked more often, one would measure a cache. */
const SPACED = new Set(['ListContainerStats']);
const SPACED_CALLS = 3;
const SPACE_MS = 1100;

const sampled = async (name: string, call: () => Promise<unknown>): Promise<readonly number[]> => {
  const samples: number[] = [];
  const count = SPACED.has(name) ? SPACED_CALLS : CALLS;
  for (let i = 0; i < count; i += 1) {
    if (SPACED.has(name)) await new Promise((resolve) => setTimeout(resolve, SPACE_MS));
    const begin = performance.now();
    await call();
    samples.push(performance.now() - begin);
  }
  return samples;
};

const NAMES = [
  'Version',
  'ListPodSandbox',
  'ListContainers',
  'PodSandboxStatus',
  'ContainerStatus',
  'ListContainerStats',
];
const MEMORY = ['memory per pod', 'the engine with its pods'] as const;

/** What pods that stand cost: the calls of a kubelet's polling, and memory. */
export const standing = (count: number): Work => ({
  name: `standing-${count}`,
  figures: [
    ...NAMES.map((name): Figure => ({ name: `${name}, ${count} pods`, unit: 'ms', of: 'p50' })),
    ...NAMES.slice(1, 3).map((name): Figure => ({ name: `${name} p99, ${count} pods`, unit: 'ms', of: 'p99' })),
    ...MEMORY.map((name): Figure => ({ name: `${name}, ${count} pods`, unit: 'MB', of: 'p50' })),
  ],
  prepare: async ({ engine, pods }) => {
    if (engine === undefined) return undefined;
    const before = podProcesses();
    const made = await raise(pods, count);
    const own = podProcesses().filter((pid) => !before.includes(pid) && pid !== engine.pid);
    const calls = callsOf(engine, made);
    return {
      round: async (): Promise<Samples> => {
        const samples: Record<string, readonly number[]> = {};
        for (const [name, call] of Object.entries(calls)) {
          samples[`${name}, ${count} pods`] = await sampled(name, call);
          samples[`${name} p99, ${count} pods`] = samples[`${name}, ${count} pods`] ?? [];
        }
        samples[`memory per pod, ${count} pods`] = [pssOf(own) / count];
        samples[`the engine with its pods, ${count} pods`] = [pssOf([engine.pid])];
        return samples;
      },
      close: () => lower(pods, made),
    };
  },
});
