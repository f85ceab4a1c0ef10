import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  type CounterName,
  type Definition,
  type Definitions,
  definitions,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
} from './definitions.ts';

/** One value of a gauge at the moment of a scrape. */
export type Sample = {
  [Name in GaugeName]: { readonly gauge: Name; readonly labels: LabelsOf<Name>; readonly value: number };
}[GaugeName];

export interface PrometheusMetrics {
  count<Name extends CounterName>(name: Name, labels: LabelsOf<Name>, by?: number): void;
  observe<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>, seconds: number): void;
  /** Asked at each scrape for all gauges; a label that it no longer names is gone. */
  sampled(sample: () => Promise<readonly Sample[]>): void;
  /** In Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** From a millisecond, for a list, to the minutes of a pull. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

const named = ({ name, help, labels }: Definition, registry: Registry) => ({
  name,
  help,
  labelNames: [...labels],
  registers: [registry],
});

const ofKind = <Made>(kind: Definition['kind'], make: (definition: Definition) => Made): ReadonlyMap<string, Made> =>
  new Map(
    (Object.entries(definitions) as [keyof Definitions, Definition][])
      .filter(([, definition]) => definition.kind === kind)
      .map(([name, definition]) => [name, make(definition)]),
  );

/** The figures of this process, and those of Node.js itself, in a registry of their own. */
export const createPrometheusMetrics = (): PrometheusMetrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = ofKind('counter', (definition) => new Counter(named(definition, registry)));
  const gauges = ofKind('gauge', (definition) => new Gauge(named(definition, registry)));
  const histograms = ofKind(
    'histogram',
    (definition) => new Histogram({ ...named(definition, registry), buckets: BUCKETS }),
  );
  let sample: () => Promise<readonly Sample[]> = async () => [];

  const takeSamples = async (): Promise<void> => {
    const samples = await sample();
    for (const gauge of gauges.values()) gauge.reset();
    for (const { gauge, labels, value } of samples) gauges.get(gauge)?.set({ ...labels }, value);
  };
  return {
    count: (name, labels, by = 1) => counters.get(name)?.inc({ ...labels }, by),
    observe: (name, labels, seconds) => histograms.get(name)?.observe({ ...labels }, seconds),
    sampled: (given) => {
      sample = given;
    },
    text: async () => {
      await takeSamples();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
};
