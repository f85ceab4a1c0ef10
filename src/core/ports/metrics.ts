import type { SandboxRecord } from '../model/sandbox.ts';
import type { ContainerRef } from './container-runtime.ts';

/** A metric in Prometheus' form. */
export interface MetricDescriptor {
  readonly name: string;
  readonly help: string;
  /** In the order of Metric's `labelValues`. */
  readonly labelKeys: readonly string[];
}

/** Of one thing no two have the same name and labels: a client that registers both would lose all of them. */
export interface Metric {
  readonly name: string;
  /** Nanoseconds since the epoch. */
  readonly timestamp: bigint;
  readonly kind: 'counter' | 'gauge';
  readonly labelValues: readonly string[];
  readonly value: bigint;
}

/** What cAdvisor would say of pods and containers. A port because it is read from the kernel's files, as Stats are. */
export interface Metrics {
  /** Of every metric there may be. */
  readonly descriptors: readonly MetricDescriptor[];
  /** Of the pod as a whole, its network's included; none when it is gone. */
  sandbox(sandbox: SandboxRecord): Promise<readonly Metric[]>;
  /** None when it does not run. */
  container(ref: ContainerRef): Promise<readonly Metric[]>;
}
