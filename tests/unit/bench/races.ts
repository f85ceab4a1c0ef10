import type { Outcome } from '../../../bench/rounds.ts';
import type { Figure } from '../../../bench/work.ts';

/** One work with one figure: the value of each contestant, the same in every round. */
export const outcome = (
  figure: Pick<Figure, 'name'> & Partial<Figure>,
  values: Readonly<Record<string, number>>,
  rounds = 5,
): Outcome => ({
  work: { name: `work of ${figure.name}`, figures: [{ unit: 'ms', of: 'p50', ...figure }] },
  measured: Object.entries(values).map(([contestant, value]) => ({
    contestant,
    rounds: Array.from({ length: rounds }, () => ({ [figure.name]: [value] })),
  })),
});
