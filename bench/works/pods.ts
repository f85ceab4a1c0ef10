import type { Pods } from '../contestant.ts';
import { timed } from '../timed.ts';
import type { Figure, Samples, Work } from '../work.ts';
import { untilReady } from '../workload.ts';

const figure = (name: string): Figure => ({ name, unit: 'ms', of: 'p50' });

/** Milliseconds of each pod. */
interface Lives {
  readonly ups: readonly number[];
  readonly downs: readonly number[];
}

/** Each is unmade before the next is made. */
export const oneByOne = async (pods: Pods, count: number): Promise<Lives> => {
  const ups: number[] = [];
  const downs: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const [up, pod] = await timed(() => pods.up());
    await untilReady(pod.containerId);
    const [down] = await timed(() => pods.down(pod));
    ups.push(up);
    downs.push(down);
  }
  return { ups, downs };
};

/** RunPodSandbox, CreateContainer, StartContainer; then StopContainer, RemoveContainer, StopPodSandbox, RemovePodSandbox. */
export const podsOneByOne: Work = {
  name: 'pods',
  figures: [figure('pod up'), figure('pod down')],
  prepare: async ({ pods }) => {
    await oneByOne(pods, 2);
    return {
      round: async (): Promise<Samples> => {
        const { ups, downs } = await oneByOne(pods, 10);
        return { 'pod up': ups, 'pod down': downs };
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
        const [up, batch] = await timed(() => Promise.all(Array.from({ length: AT_ONCE }, () => pods.up())));
        await Promise.all(batch.map(({ containerId }) => untilReady(containerId)));
        const [down] = await timed(() => Promise.all(batch.map((pod) => pods.down(pod))));
        ups.push(up / AT_ONCE);
        downs.push(down / AT_ONCE);
      }
      return { [`pod up, ${AT_ONCE} at a time`]: ups, [`pod down, ${AT_ONCE} at a time`]: downs };
    },
    close: () => Promise.resolve(),
  }),
};
