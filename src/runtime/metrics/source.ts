import type { Metric, MetricDescriptor } from '../../core/ports/metrics.ts';

/** One value, with the values of the metric's own labels. */
export type Point = readonly [value: bigint, ...labels: string[]];

/** A metric, and how it is read out of T. */
export interface Source<T> {
  readonly help: string;
  readonly kind: Metric['kind'];
  /** Beyond the labels that every metric has. */
  readonly labels?: readonly string[];
  readonly points: (of: T) => readonly Point[];
}

/** By name. Names, labels and units are cAdvisor's; the wire carries whole numbers, so seconds are whole ones. */
export type Sources<T> = Readonly<Record<string, Source<T>>>;

type Figure<T> = (of: T) => bigint | undefined;

/** What the kernel does not say has no point. */
const one = (value: bigint | undefined): readonly Point[] => (value === undefined ? [] : [[value]]);

export const gauge = <T>(help: string, figure: Figure<T>): Source<T> => ({
  help,
  kind: 'gauge',
  points: (of) => one(figure(of)),
});

export const counter = <T>(help: string, figure: Figure<T>): Source<T> => ({ ...gauge(help, figure), kind: 'counter' });

export const NANOSECONDS = 1_000_000_000n;
export const MICROSECONDS = 1_000_000n;

export const seconds = (time: bigint | undefined, unit: bigint): bigint | undefined =>
  time === undefined ? undefined : time / unit;

/** Labels that every metric has. */
const LABELS = ['id', 'name', 'image', 'container', 'pod', 'namespace'] as const;

/** Values of the labels that every metric has, in their order. */
export type Labels = Readonly<Record<(typeof LABELS)[number], string>>;

export const descriptors = <T>(sources: Sources<T>): readonly MetricDescriptor[] =>
  Object.entries(sources).map(([name, { help, labels = [] }]) => ({ name, help, labelKeys: [...LABELS, ...labels] }));

/** All that the sources say of `subject`, which these labels name. */
export const read = <T>(
  sources: Sources<T>,
  subject: T,
  { labels, timestamp }: { readonly labels: Labels; readonly timestamp: bigint },
): readonly Metric[] => {
  const shared = LABELS.map((label) => labels[label]);
  return Object.entries(sources).flatMap(([name, { kind, points }]) =>
    points(subject).map(([value, ...own]) => ({ name, timestamp, kind, labelValues: [...shared, ...own], value })),
  );
};
