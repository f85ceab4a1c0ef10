/** All of this room, for who loads it only if it is wanted. */
export { prometheusMeter } from './meter.ts';
export { createPrometheusMetrics } from './metrics.ts';
export { serveMetrics } from './server.ts';
