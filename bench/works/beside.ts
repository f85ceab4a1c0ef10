import { lower, raise } from '../fleet.ts';
import { inTurn } from '../timed.ts';
import type { Figure, Samples, Work } from '../work.ts';
import { execSync } from './exec.ts';
import { oneByOne } from './pods.ts';

const PODS = 5;
const EXECS = 10;

/** What one pod costs while others stand: whether calls on one pod grow with the number of pods. */
export const beside = (count: number): Work => {
  const of = (name: string): string => `${name} beside ${count} pods`;
  return {
    name: `beside-${count}`,
    figures: ['pod up', 'pod down', 'ExecSync'].map((name): Figure => ({ name: of(name), unit: 'ms', of: 'p50' })),
    prepare: async ({ engine, pods }) => {
      if (engine === undefined) return undefined;
      const made = await raise(pods, count);
      const exec = execSync(engine, made[0]?.containerId ?? '');
      return {
        round: async (): Promise<Samples> => {
          const { ups, downs } = await oneByOne(pods, PODS);
          return { [of('pod up')]: ups, [of('pod down')]: downs, [of('ExecSync')]: await inTurn(exec, EXECS) };
        },
        close: () => lower(pods, made),
      };
    },
  };
};
