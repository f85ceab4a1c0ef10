import type { Meter } from '../core/ports/meter.ts';
import type { PrometheusMetrics } from './metrics.ts';

/** The core's port, kept in Prometheus' figures. */
export const prometheusMeter = ({ count, observe }: Pick<PrometheusMetrics, 'count' | 'observe'>): Meter => ({
  stage: (operation, stage, seconds) => observe('stageSeconds', { operation, stage }, seconds),
  operation: (operation, outcome, seconds) => {
    count('operations', { operation, outcome });
    observe('operationSeconds', { operation }, seconds);
  },
  pull: (outcome, { seconds, bytes }) => {
    count('pulls', { outcome });
    count('pullBytes', {}, bytes);
    observe('pullSeconds', { outcome }, seconds);
  },
  event: (kind) => count('events', { kind }),
  outOfMemory: () => count('outOfMemory', {}),
});
