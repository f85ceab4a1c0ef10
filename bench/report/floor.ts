import { FLOOR } from '../names.ts';
import { type Measured, type Outcome, valuesOf } from '../rounds.ts';
import { ratioOf } from './ratio.ts';
import { table } from './table.ts';

const over = (floor: Measured, { work, measured }: Outcome): readonly (readonly string[])[] =>
  measured
    .filter((each) => each !== floor)
    .flatMap((each) =>
      work.figures.flatMap((figure) => {
        const ratio = ratioOf(valuesOf(figure, each), valuesOf(figure, floor));
        if (ratio === undefined) return [];
        const { median, least, most } = ratio;
        return [[figure.name, each.contestant, `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`]];
      }),
    );

/** What each engine adds to the bare tools, pair by pair; empty without such a contestant, or with too few rounds. */
export const overTheFloor = (outcomes: readonly Outcome[]): string => {
  const lines = outcomes.flatMap((outcome) => {
    const floor = outcome.measured.find(({ contestant }) => contestant === FLOOR);
    return floor === undefined ? [] : over(floor, outcome);
  });
  if (lines.length === 0) return '';
  return `\nOver the floor (${FLOOR} = 1):\n\n${table(['work', 'engine', 'ratio'], lines)}`;
};
