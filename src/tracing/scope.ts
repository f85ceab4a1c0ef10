import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';

/** The span that work belongs to, for what is begun far below it. */
export interface Scope {
  /** Of the work that asks; the root if it belongs to none. */
  current(): Context;
  within<T>(span: Span, task: () => T): T;
}

/** Of a span only its ids are kept: what a call begins, such as the process of a pod, may live for months. */
export const contextOf = (span: Span): Context => trace.setSpanContext(ROOT_CONTEXT, span.spanContext());

export const createScope = (): Scope => {
  const storage = new AsyncLocalStorage<Context>();
  return {
    current: () => storage.getStore() ?? ROOT_CONTEXT,
    within: (span, task) => storage.run(contextOf(span), task),
  };
};
