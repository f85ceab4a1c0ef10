import type { PodMetrics } from '../../../core/engine.ts';
import type { Metric, MetricDescriptor } from '../../../core/ports/metrics.ts';
import { uint64 } from '../../shared/outbound/stats.ts';
import * as cri from '../generated/api.ts';

export const metricDescriptor = ({ name, help, labelKeys }: MetricDescriptor): cri.MetricDescriptor => ({
  name,
  help,
  labelKeys: [...labelKeys],
});

const TYPES = { counter: cri.MetricType.COUNTER, gauge: cri.MetricType.GAUGE } as const;

const metric = ({ name, timestamp, kind, labelValues, value }: Metric): cri.Metric => ({
  name,
  timestamp,
  metricType: TYPES[kind],
  labelValues: [...labelValues],
  value: uint64(value),
});

export const podSandboxMetrics = ({ sandboxId, metrics, containers }: PodMetrics): cri.PodSandboxMetrics => ({
  podSandboxId: sandboxId,
  metrics: metrics.map(metric),
  containerMetrics: containers.map(({ containerId, metrics: own }) => ({ containerId, metrics: own.map(metric) })),
});
