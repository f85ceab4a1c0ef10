import { kill } from 'node:process';
import { type ContainerEventResponse, ContainerEventType } from '../../src/adapters/v1/generated/api.ts';
import { until } from '../../tests/support/wait.ts';
import type { EngineAccess, PodHandle, Pods } from '../contestant.ts';
import type { Samples, Work } from '../work.ts';
import { untilReady } from '../workload.ts';

const COUNT = 10;

/** When the end of each container was told, in milliseconds of this process. */
const subscribe = ({ cri }: EngineAccess) => {
  const heard = new Map<string, number>();
  const stream = cri.streams.getContainerEvents({});
  let failure: unknown;
  stream.on('error', (error) => (failure = error));
  stream.on('data', ({ containerId, containerEventType }: ContainerEventResponse) => {
    if (containerEventType === ContainerEventType.CONTAINER_STOPPED_EVENT && !heard.has(containerId))
      heard.set(containerId, performance.now());
  });
  return { heard, failed: () => failure !== undefined, close: () => stream.cancel() };
};

type Subscription = ReturnType<typeof subscribe>;

const untilTold = async (pods: Pods, { heard }: Subscription): Promise<number> => {
  const pod: PodHandle = await pods.up();
  const pid = await untilReady(pod.containerId);
  const begin = performance.now();
  kill(pid, 'SIGKILL');
  const told = await until('the end is told', () => heard.get(pod.containerId));
  await pods.down(pod);
  return told - begin;
};

/** From the death of a container to the subscriber of GetContainerEvents. containerd 1.6 does not serve it. */
export const events: Work = {
  name: 'events',
  figures: [
    { name: 'event of a death p50', unit: 'ms', of: 'p50', samples: 'event' },
    { name: 'event of a death p99', unit: 'ms', of: 'p99', samples: 'event' },
  ],
  prepare: async ({ engine, pods }) => {
    if (engine === undefined) return undefined;
    const subscription = subscribe(engine);
    await engine.cri.runtime.version({});
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (subscription.failed()) return undefined;
    return {
      round: async (): Promise<Samples> => {
        const samples: number[] = [];
        for (let i = 0; i < COUNT; i += 1) samples.push(await untilTold(pods, subscription));
        return { event: samples };
      },
      close: () => Promise.resolve(subscription.close()),
    };
  },
};
