import { median } from '../figures.ts';
import { JANUS, PEER } from '../names.ts';
import type { Figure } from '../work.ts';
import { type Race, valuesIn } from './race.ts';
import { number, table } from './table.ts';

/** A figure over the number of what stands. */
export interface Growth {
  /** Its name, with N for the number. */
  readonly figure: string;
  readonly unit: Figure['unit'];
  /** What is counted. */
  readonly what: 'pods' | 'records';
  readonly lines: readonly Line[];
}

export interface Line {
  readonly contestant: string;
  /** From the least number to the greatest. */
  readonly points: readonly Point[];
}

export interface Point {
  readonly count: number;
  /** In the figure's unit: the median of all rounds. */
  readonly value: number;
}

const COUNTED = /\b(\d+) (pods|records)\b/;

const linesOf = (race: Race, names: ReadonlyMap<number, string>): readonly Line[] => {
  const counts = [...names.keys()].sort((a, b) => a - b);
  const contestants = new Set([...names.values()].flatMap((name) => contestantsOf(race, name)));
  return [...contestants].map((contestant) => ({
    contestant,
    points: counts.flatMap((count) => {
      const values = valuesIn(race, names.get(count) ?? '', contestant);
      return values.length === 0 ? [] : [{ count, value: median(values) }];
    }),
  }));
};

const contestantsOf = (race: Race, name: string): readonly string[] =>
  (race.get(name)?.measured ?? []).map(({ contestant }) => contestant);

/** Figures whose names differ in the number of pods, or of records, alone; those with one number do not grow. */
export const growthsOf = (race: Race): readonly Growth[] => {
  const byFigure = new Map<string, Map<number, string>>();
  for (const name of race.keys()) {
    const [, count, what] = COUNTED.exec(name) ?? [];
    if (count === undefined) continue;
    const figure = name.replace(COUNTED, `N ${what}`);
    byFigure.set(figure, (byFigure.get(figure) ?? new Map<number, string>()).set(Number(count), name));
  }
  return [...byFigure]
    .filter(([, names]) => names.size > 1)
    .map(([figure, names]) => ({
      figure,
      unit: race.get([...names.values()][0] ?? '')?.figure.unit ?? 'ms',
      what: figure.includes('N records') ? 'records' : 'pods',
      lines: linesOf(race, names),
    }));
};

const ofOneKind = (growths: readonly Growth[]): string => {
  const points = growths.flatMap(({ lines }) => lines.flatMap((line) => line.points));
  const counts = [...new Set(points.map(({ count }) => count))].sort((a, b) => a - b);
  const body = growths.flatMap(({ figure, unit, lines }) =>
    [JANUS, PEER].flatMap((name) => {
      const line = lines.find(({ contestant }) => contestant === name);
      if (line === undefined) return [];
      const at = (count: number): string => {
        const point = line.points.find((each) => each.count === count);
        return point === undefined ? '' : number(point.value);
      };
      return [[figure, unit, name, ...counts.map(at)]];
    }),
  );
  return table(['figure', 'unit', 'engine', ...counts.map(String)], body);
};

/** Tables of pods and of records, Janus and its peer line by line. */
export const growthTables = (growths: readonly Growth[]): string =>
  (['pods', 'records'] as const)
    .map((kind) => growths.filter(({ what }) => what === kind))
    .filter((same) => same.length > 0)
    .map(ofOneKind)
    .join('\n');
