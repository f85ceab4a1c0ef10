import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '../core/ports/logger.ts';

/** Of one attempt to send, with its repetitions. */
const TIMEOUT_MS = 10_000;

/** One line when sending begins to fail, and one when it succeeds again: an endpoint may be away for days. */
export const withComplaints = (exporter: SpanExporter, logger: Logger): SpanExporter => {
  let failing = false;
  const tell = (failure: string | undefined): void => {
    if (failure !== undefined && !failing) logger.warn('traces cannot be sent and are dropped', { error: failure });
    if (failure === undefined && failing) logger.info('traces can be sent again');
    failing = failure !== undefined;
  };
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        tell(result.code === ExportResultCode.SUCCESS ? undefined : (result.error?.message ?? 'no reason is given'));
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
};

/** Sends spans by OTLP, as protobuf over HTTP. */
export const otlpExporter = (endpoint: string, logger: Logger): SpanExporter =>
  withComplaints(new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: TIMEOUT_MS }), logger);
