import { closeAll } from './close-all.ts';
import type { Contestant } from './contestant.ts';
import { type Machine, watchMachine } from './machine.ts';
import type { Options } from './options.ts';
import { measure, type Outcome } from './rounds.ts';
import type { Work } from './work.ts';

export type Maker = () => Contestant | Promise<Contestant>;

/** What is known so far. */
export interface Standing {
  readonly outcomes: readonly Outcome[];
  readonly contestants: readonly Contestant[];
  readonly machine: Machine;
}

export interface Running {
  readonly say: (line: string) => void;
  /** Aborts: the run is cut short, with the signal's reason. */
  readonly cut: AbortSignal;
  /** After each work: a failure in a later one loses nothing. */
  readonly report: (standing: Standing) => void;
}

const whenCut = (cut: AbortSignal): Promise<never> =>
  new Promise((_, reject) => cut.addEventListener('abort', () => reject(cut.reason), { once: true }));

/** Runs each work against all contestants, which are made before and taken away after, whatever becomes of it. */
export const run = async (
  { works, makers, rounds }: Pick<Options<Work, Maker>, 'works' | 'makers' | 'rounds'>,
  { say, cut, report }: Running,
): Promise<void> => {
  const contestants: Contestant[] = [];
  const outcomes: Outcome[] = [];
  const short = whenCut(cut);
  // It may be cut short while nothing listens: each contestant is waited for.
  short.catch(() => undefined);
  let underway: Promise<unknown> = Promise.resolve();
  try {
    for (const make of makers) {
      contestants.push(await make());
      cut.throwIfAborted();
    }
    const machine = watchMachine(contestants, rounds);
    for (const work of works) {
      const measured = measure(work, contestants, { rounds, say });
      underway = measured.catch(() => undefined);
      outcomes.push(await Promise.race([measured, short]));
      report({ outcomes, contestants, machine: machine() });
    }
  } finally {
    await closeAll(contestants);
    // A round that was cut short ends now that its engines are gone, and takes away what it has made beside them.
    await underway;
  }
};
