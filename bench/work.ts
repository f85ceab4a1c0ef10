import type { Contestant } from './contestant.ts';

/** One figure of a work, as it stands in the table. Lower is better. */
export interface Figure {
  readonly name: string;
  readonly unit: 'ms' | 'MB' | 's';
  /** What stands for a round: the median of its samples, or the 99th percentile of them. */
  readonly of: 'p50' | 'p99';
  /** Name of the samples that it is taken from, if several figures are; default: its own. */
  readonly samples?: string;
}

/** The two figures that are taken from samples of that name, in milliseconds. */
export const percentiles = (name: string): readonly Figure[] => [
  { name: `${name} p50`, unit: 'ms', of: 'p50', samples: name },
  { name: `${name} p99`, unit: 'ms', of: 'p99', samples: name },
];

/** The samples of one round, in the order in which they were taken, by the name of the figure or of its samples. */
export type Samples = Readonly<Record<string, readonly number[]>>;

/** What is measured against each contestant in turn. */
export interface Work {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** Once for each contestant, before its first round; undone by what it gives. Undefined: the contestant cannot do this work. */
  prepare(contestant: Contestant): Promise<Prepared | undefined>;
}

export interface Prepared {
  round(): Promise<Samples>;
  close(): Promise<void>;
}
