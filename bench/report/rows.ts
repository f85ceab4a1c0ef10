import { median, noise } from '../figures.ts';
import { PEER } from '../names.ts';
import { type Measured, type Outcome, valuesOf } from '../rounds.ts';
import type { Figure } from '../work.ts';
import { type Ratio, ratioOf } from './ratio.ts';

/** One contestant's part of a row. */
export interface Cell {
  readonly contestant: string;
  readonly value: number;
  readonly noise: number;
  /** Over the peer; undefined for the peer itself, and where there are too few rounds. */
  readonly ratio: Ratio | undefined;
}

export interface Row {
  readonly figure: Figure;
  readonly cells: readonly Cell[];
}

const cellOf = (figure: Figure, measured: Measured, peer: Measured | undefined): Cell => {
  const values = valuesOf(figure, measured);
  const ratio = peer === undefined || peer === measured ? undefined : ratioOf(values, valuesOf(figure, peer));
  return { contestant: measured.contestant, value: median(values), noise: noise(values), ratio };
};

export const rowsOf = (outcomes: readonly Outcome[]): readonly Row[] =>
  outcomes.flatMap(({ work, measured }) => {
    const peer = measured.find(({ contestant }) => contestant === PEER);
    return work.figures.map((figure) => ({ figure, cells: measured.map((each) => cellOf(figure, each, peer)) }));
  });
