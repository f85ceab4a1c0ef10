import { closeAll } from './close-all.ts';
import type { Contestant } from './contestant.ts';
import { median, percentile } from './figures.ts';
import type { Figure, Prepared, Samples, Work } from './work.ts';

/** All that was measured of one contestant by one work: an entry for each round. */
export interface Measured {
  readonly contestant: string;
  readonly rounds: readonly Samples[];
}

export interface Outcome {
  readonly work: Pick<Work, 'name' | 'figures'>;
  readonly measured: readonly Measured[];
}

/** The contestants take turns, round by round: what the machine does meanwhile meets all of them. */
export const measure = async (
  work: Work,
  contestants: readonly Contestant[],
  { rounds, say }: { readonly rounds: number; readonly say: (line: string) => void },
): Promise<Outcome> => {
  const able: { name: string; prepared: Prepared; samples: Samples[] }[] = [];
  try {
    for (const contestant of contestants) {
      const prepared = await work.prepare(contestant);
      if (prepared !== undefined) able.push({ name: contestant.name, prepared, samples: [] });
    }
    for (let round = 1; round <= rounds; round += 1)
      for (const { name, prepared, samples } of able) {
        say(`${work.name}, round ${round} of ${rounds}: ${name}`);
        samples.push(await prepared.round());
      }
  } finally {
    await closeAll(able.map(({ prepared }) => prepared));
  }
  return { work, measured: able.map(({ name, samples }) => ({ contestant: name, rounds: samples })) };
};

/** What a figure is in each round. */
export const valuesOf = ({ name, of, samples = name }: Figure, { rounds }: Measured): readonly number[] =>
  rounds.map((round) => {
    const taken = round[samples] ?? [];
    return of === 'p50' ? median(taken) : percentile(taken, 0.99);
  });
