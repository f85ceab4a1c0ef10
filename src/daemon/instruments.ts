import { type Clients, createClients } from '../adapters/node/clients.ts';
import type { RpcReport } from '../adapters/shared/instrument.ts';
import type { MetricsConfig } from '../config/config.ts';
import type { Context } from '../core/context.ts';
import type { Logger } from '../core/ports/logger.ts';
import { type Meter, noMeter } from '../core/ports/meter.ts';
import type { PrometheusMetrics } from '../prometheus/metrics.ts';
import { samplesOf } from './samples.ts';

/** What the daemon counts: who calls, always; figures for Prometheus, if there is an address to give them at. */
export interface Instruments {
  readonly meter: Meter;
  readonly clients: Clients;
  finished(report: RpcReport): void;
  /** Returns what ends the serving of figures. */
  serve(ctx: Context, options: { readonly logger: Logger; readonly version: string }): Promise<() => Promise<void>>;
}

/** The name of gRPC's status codes in the metrics of Go: `NotFound` for `NOT_FOUND`. */
const goCode = (code: string): string =>
  code === 'OK'
    ? code
    : code
        .toLowerCase()
        .split('_')
        .map((word) => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`)
        .join('');

const observe = ({ count, observe: time }: PrometheusMetrics, report: RpcReport): void => {
  const labels = {
    grpc_type: report.stream ? 'server_stream' : 'unary',
    grpc_service: report.service,
    grpc_method: report.method,
  };
  count('rpcHandled', { ...labels, grpc_code: goCode(report.code) });
  time('rpcSeconds', labels, report.seconds);
};

/** Memory that nobody pays for who does not ask for figures. */
const loadPrometheus = () => import('../prometheus/prometheus.ts');

const withoutMetrics = (clients: Clients): Instruments => ({
  meter: noMeter,
  clients,
  finished: (report) => clients.heard(report),
  serve: async () => async () => undefined,
});

export const createInstruments = async (config: MetricsConfig | undefined): Promise<Instruments> => {
  const clients = createClients();
  if (config === undefined) return withoutMetrics(clients);
  const { createPrometheusMetrics, prometheusMeter, serveMetrics } = await loadPrometheus();
  const metrics = createPrometheusMetrics();
  return {
    meter: prometheusMeter(metrics),
    clients,
    finished: (report) => {
      clients.heard(report);
      observe(metrics, report);
    },
    serve: async (ctx, { logger, version }) => {
      metrics.sampled(() => samplesOf(ctx, version));
      const server = await serveMetrics({ ...config, metrics, logger });
      logger.info('metrics are served', { url: server.url });
      return server.close;
    },
  };
};
