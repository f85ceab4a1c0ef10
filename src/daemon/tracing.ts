import type { Watch } from '../adapters/shared/instrument.ts';
import type { TracingConfig } from '../config/config.ts';
import type { Logger } from '../core/ports/logger.ts';
import { noTracer, type Tracer } from '../core/ports/tracer.ts';

/** Traces of RPCs and verbs, if there is an endpoint to send them to. */
export interface Tracing {
  readonly verbs: Tracer;
  readonly rpcs: Watch['traced'];
  close(): Promise<void>;
}

/** Memory, and the account that Node.js keeps of promises, which nobody pays for who does not ask for traces. */
const loadTracing = () => import('../tracing/tracing.ts');

const off: Tracing = { verbs: noTracer, rpcs: undefined, close: async () => undefined };

export const openTracing = async (
  config: TracingConfig | undefined,
  { logger, version }: { readonly logger: Logger; readonly version: string },
): Promise<Tracing> => {
  if (config === undefined) return off;
  const { createProvider, createScope, otlpExporter, rpcSpans, verbSpans } = await loadTracing();
  const { endpoint, samplingRatePerMillion } = config;
  const provider = createProvider({ exporter: otlpExporter(endpoint, logger), samplingRatePerMillion, version });
  const scope = createScope();
  logger.info('traces are sent', { endpoint, samplingRatePerMillion });
  return { verbs: verbSpans(provider.tracer, scope), rpcs: rpcSpans(provider.tracer, scope), close: provider.close };
};
