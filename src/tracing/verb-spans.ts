import { type Span, SpanStatusCode, type Tracer as SpanTracer } from '@opentelemetry/api';
import type { Tracer } from '../core/ports/tracer.ts';
import { contextOf, type Scope } from './scope.ts';

const finish = (span: Span | undefined, failure: string | undefined): void => {
  if (failure !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR, message: failure });
  span?.end();
};

/** The core's port, as spans: of each verb, below that of the RPC which asked for it, and one below for each of its stages. */
export const verbSpans = (tracer: SpanTracer, scope: Scope): Tracer => ({
  begin: (verb, id) => {
    const span = tracer.startSpan(verb, { attributes: { 'janus.id': id } }, scope.current());
    let stage: Span | undefined;
    return {
      stage: (name) => {
        stage?.end();
        stage = tracer.startSpan(name, {}, contextOf(span));
      },
      end: (failure) => {
        finish(stage, failure);
        finish(span, failure);
      },
    };
  },
});
