import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../machine.ts';
import type { Measured, Outcome } from '../rounds.ts';
import type { Figure } from '../work.ts';

/** What one run of the bench measured, and where. */
export interface Run {
  readonly machine: Machine;
  readonly outcomes: readonly Outcome[];
}

interface Raw {
  readonly machine: Machine;
  readonly raw: readonly {
    readonly work: string;
    readonly figures: readonly Figure[];
    readonly measured: readonly Measured[];
  }[];
}

const fileOf = (directory: string): string => join(directory, 'raw.json');

/** A microsecond is finer than any clock here; with more digits the file is too large to be kept. */
const rounded = (_: string, value: unknown): unknown => (typeof value === 'number' ? Number(value.toFixed(3)) : value);

/** Every single figure, in one line. */
export const writeRun = (directory: string, { machine, outcomes }: Run): void => {
  const raw: Raw = {
    machine,
    raw: outcomes.map(({ work: { name, figures }, measured }) => ({ work: name, figures, measured })),
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(fileOf(directory), `${JSON.stringify(raw, rounded)}\n`);
};

export const readRun = (directory: string): Run => {
  const { machine, raw } = JSON.parse(readFileSync(fileOf(directory), 'utf8')) as Raw;
  return {
    machine,
    outcomes: raw.map(({ work, figures, measured }) => ({ work: { name: work, figures }, measured })),
  };
};
