import type { PodHandle, Pods } from '../contestant.ts';
import type { Figure, Samples, Work } from '../work.ts';
import { untilReady } from '../workload.ts';

const figure = (name: string): Figure => ({ name, unit: 'ms', of: 'p50' });

const timed = async <T>(samples: number[], work: () => Promise<T>): Promise<T> => {
  const begin = performance.now();
  const result = await work();
  samples.push(performance.now() - begin);
  return result;
};

const oneByOne = async (pods: Pods, count: number): Promise<readonly [number[], number[]]> => {
  const ups: number[] = [];
  const downs: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const pod = await timed(ups, () => pods.up());
    await untilReady(pod.containerId);
    await timed(downs, () => pods.down(pod));
  }
  return [ups, downs];
};

/** RunPodSandbox, CreateContainer, StartContainer; then StopContainer, RemoveContainer, StopPodSandbox, RemovePodSandbox. */
export const podsOneByOne: Work = {
  name: 'pods',
  figures: [figure('pod up'), figure('pod down')],
  prepare: async ({ pods }) => {
    await oneByOne(pods, 2);
    return {
      round: async (): Promise<Samples> => {
        const [up, down] = await oneByOne(pods, 10);
        return { 'pod up': up, 'pod down': down };
      },
      close: () => Promise.resolve(),
    };
  },
};

const AT_ONCE = 10;

/** What one pod costs when ten are made, and unmade, at a time. */
export const podsTogether: Work = {
  name: 'pods-together',
  figures: [figure(`pod up, ${AT_ONCE} at a time`), figure(`pod down, ${AT_ONCE} at a time`)],
  prepare: async ({ pods }) => ({
    round: async (): Promise<Samples> => {
      const ups: number[] = [];
      const downs: number[] = [];
      for (let i = 0; i < 2; i += 1) {
        const batch: PodHandle[] = await timed(ups, () =>
          Promise.all(Array.from({ length: AT_ONCE }, () => pods.up())),
        );
        await Promise.all(batch.map(({ containerId }) => untilReady(containerId)));
        await timed(downs, () => Promise.all(batch.map((pod) => pods.down(pod))));
      }
      const each = (all: readonly number[]) => all.map((ms) => ms / AT_ONCE);
      return { [`pod up, ${AT_ONCE} at a time`]: each(ups), [`pod down, ${AT_ONCE} at a time`]: each(downs) };
    },
    close: () => Promise.resolve(),
  }),
};
