import { PodSandboxState } from '../../src/adapters/v1/generated/api.ts';
import { until } from '../../tests/support/wait.ts';
import type { EngineAccess } from '../contestant.ts';
import { lower, raise } from '../fleet.ts';
import type { Samples, Work } from '../work.ts';

/** The connection of before finds the new daemon, which must know all pods. */
const knowsAll = async ({ cri: { runtime } }: EngineAccess, count: number): Promise<void> => {
  const { items } = await until('the daemon answers again', () => runtime.listPodSandbox({}).catch(() => undefined));
  const ready = items.filter(({ state }) => state === PodSandboxState.SANDBOX_READY).length;
  if (ready !== count) throw new Error(`${ready} of ${count} pods are ready after the restart`);
};

/** From the start of the daemon until it serves, after its predecessor was killed with pods running. */
export const recovery = (count: number): Work => {
  const name = `start with ${count} pods to recover`;
  return {
    name: `recovery-${count}`,
    figures: [{ name, unit: 'ms', of: 'p50' }],
    prepare: async ({ engine, pods }) => {
      if (engine === undefined) return undefined;
      const made = await raise(pods, count);
      return {
        round: async (): Promise<Samples> => {
          const took = await engine.restart();
          await knowsAll(engine, count);
          return { [name]: [took] };
        },
        close: () => lower(pods, made),
      };
    },
  };
};
