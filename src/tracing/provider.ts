import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Tracer } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

/** Spans that wait to be sent; those that find no room are dropped. */
const MAX_WAITING = 2048;
/** References of images are the client's text. */
const MAX_VALUE = 1024;
/** An endpoint that does not answer holds up the end of the daemon no longer. */
const CLOSE_MS = 1000;

export interface ProviderOptions {
  readonly exporter: SpanExporter;
  readonly samplingRatePerMillion: number;
  readonly version: string;
}

export interface Provider {
  readonly tracer: Tracer;
  /** Sends what waits, within a second. */
  close(): Promise<void>;
}

/** Whether a call is traced is its client's decision, if it has made one; of the others, and of what no client asked for, the configured part is. */
const samplerOf = (perMillion: number) =>
  new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(perMillion / 1_000_000) });

export const createProvider = ({ exporter, samplingRatePerMillion, version }: ProviderOptions): Provider => {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'janus',
      'service.version': version,
      'host.name': hostname(),
      'process.pid': process.pid,
    }),
    sampler: samplerOf(samplingRatePerMillion),
    spanLimits: { attributeValueLengthLimit: MAX_VALUE },
    spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: MAX_WAITING })],
  });
  return {
    tracer: provider.getTracer('janus', version),
    close: () => Promise.race([provider.shutdown(), delay(CLOSE_MS, undefined, { ref: false })]),
  };
};
