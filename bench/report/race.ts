import { type Measured, type Outcome, valuesOf } from '../rounds.ts';
import type { Figure } from '../work.ts';
import { type Ratio, ratioOf } from './ratio.ts';

/** All that one race measured, by the names of its figures, in the order of its works. */
export type Race = ReadonlyMap<string, Found>;

export interface Found {
  readonly figure: Figure;
  readonly measured: readonly Measured[];
}

/** One race may be in several runs, each with works of its own. */
export const raceOf = (outcomes: readonly Outcome[]): Race => {
  const race = new Map<string, Found>();
  for (const { work, measured } of outcomes)
    for (const figure of work.figures) {
      if (race.has(figure.name)) throw new Error(`${figure.name} is twice in one race`);
      race.set(figure.name, { figure, measured });
    }
  return race;
};

/** A contestant's value of each round; empty when it did not do this work. */
export const valuesIn = (race: Race, figure: string, contestant: string): readonly number[] => {
  const found = race.get(figure);
  const own = found?.measured.find((each) => each.contestant === contestant);
  return found === undefined || own === undefined ? [] : valuesOf(found.figure, own);
};

/** The contestants that a ratio is of. */
export interface Pair {
  readonly of: string;
  readonly to: string;
}

/** Undefined: one of both did not do this work. */
export const ratioIn = (race: Race, figure: string, { of, to }: Pair): Ratio | 'too few rounds' | undefined => {
  const [own, other] = [valuesIn(race, figure, of), valuesIn(race, figure, to)];
  if (own.length === 0 || other.length === 0) return undefined;
  return ratioOf(own, other) ?? 'too few rounds';
};
