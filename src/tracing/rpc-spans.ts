import { ROOT_CONTEXT, SpanKind, SpanStatusCode, type TextMapGetter, type Tracer } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Scope } from './scope.ts';

/** What is told of an RPC that begins. */
interface Rpc {
  /** With its package: `runtime.v1.RuntimeService`. */
  readonly service: string;
  readonly method: string;
}

/** What the client sent under a name, of the call's metadata. */
type Header = (name: string) => string | undefined;

const getter: TextMapGetter<Header> = { get: (header, key) => header(key), keys: () => [] };

const propagator = new W3CTraceContextPropagator();

/**
 * Codes that are the server's fault, as OpenTelemetry's conventions for gRPC have it: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE,
 * DATA_LOSS. Others, such as NOT_FOUND, leave the status of a server's span unset.
 */
const FAULTS: ReadonlySet<number> = new Set([2, 4, 12, 13, 14, 15]);

/** A span for each RPC, below the client's if it sent one (W3C Trace Context in `traceparent`). */
export const rpcSpans =
  (tracer: Tracer, scope: Scope) =>
  ({ service, method }: Rpc, header: Header) => {
    const span = tracer.startSpan(
      `${service}/${method}`,
      { kind: SpanKind.SERVER, attributes: { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method } },
      propagator.extract(ROOT_CONTEXT, header, getter),
    );
    return {
      within: <T>(task: () => T): T => scope.within(span, task),
      end: ({ code, message }: { readonly code: number; readonly message: string }): void => {
        span.setAttribute('rpc.grpc.status_code', code);
        if (FAULTS.has(code)) span.setStatus({ code: SpanStatusCode.ERROR, message });
        span.end();
      },
    };
  };
