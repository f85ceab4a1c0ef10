import { type Metadata, status } from '@grpc/grpc-js';
import { JanusError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { RpcIdentity } from './rpc-identity.ts';
import { logRpc } from './rpc-log.ts';
import { wireStatus } from './status.ts';
import { subjectOf } from './subject.ts';

export interface RpcReport extends RpcIdentity {
  /** Name of the status code: `NOT_FOUND`. */
  readonly code: string;
  readonly seconds: number;
  /** As the client names itself, or empty: `grpc-go/1.65.0`. */
  readonly userAgent: string;
}

/** The trace of one RPC. */
export interface RpcTrace {
  /** What the task begins, now or later, belongs to the RPC. */
  within<T>(task: () => T): T;
  /** `message`: what the client is told; empty if all went well. */
  end(outcome: { readonly code: status; readonly message: string }): void;
}

/** Who is told about RPCs. */
export interface Watch {
  readonly logger: Logger;
  /** Called once per RPC, streams included, after the answer is on its way. */
  readonly onFinished?: (report: RpcReport) => void;
  /** Called when an RPC begins; `header` gives what the client sent under a name of metadata. */
  readonly traced?: ((rpc: RpcIdentity, header: (name: string) => string | undefined) => RpcTrace) | undefined;
}

const untraced: RpcTrace = { within: (task) => task(), end: () => undefined };

/** What of a gRPC server call this file needs. */
interface ServerCall {
  readonly cancelled: boolean;
  readonly request: unknown;
  readonly metadata: Metadata;
  getDeadline(): Date | number;
  once(event: 'cancelled', listener: () => void): unknown;
}

/** One RPC under way. */
export interface Invocation {
  /** Aborts when the client has gone or its deadline has passed. */
  readonly signal: AbortSignal;
  within: RpcTrace['within'];
  succeeded(response: unknown): void;
  failed(error: unknown): void;
}

const giveUp = (call: ServerCall): JanusError =>
  Number(call.getDeadline()) <= Date.now()
    ? new JanusError('deadline-exceeded', "the client's deadline passed")
    : new JanusError('cancelled', 'the client gave up');

/** Times one RPC and writes its one log line. Only ids of the messages are logged: they may hold credentials. */
export const begin = (rpc: RpcIdentity, call: ServerCall, watch: Watch): Invocation => {
  const started = performance.now();
  // Made when it is asked for: most calls answer from memory and never look at it (20 of 600 ms of 660 calls, in a profile).
  let abort: AbortController | undefined;
  let reason: JanusError | undefined;
  let finished = false;
  // grpc-js says `cancelled` after every call, also of one that was answered: an error, and its stack, would be made for each.
  const cancelled = (): void => {
    if (finished) return;
    reason = giveUp(call);
    abort?.abort(reason);
  };
  if (call.cancelled) cancelled();
  else call.once('cancelled', cancelled);
  const header = (name: string): string | undefined => call.metadata.get(name).map(String)[0];
  const trace = watch.traced?.(rpc, header) ?? untraced;
  const finish = (code: status, response: unknown, error?: unknown): void => {
    finished = true;
    const milliseconds = performance.now() - started;
    const id = subjectOf(call.request) ?? subjectOf(response);
    logRpc(watch.logger, { rpc, code, error, fields: { id, ms: Math.round(milliseconds * 10) / 10 } });
    const userAgent = header('user-agent') ?? '';
    watch.onFinished?.({ ...rpc, code: status[code], seconds: milliseconds / 1000, userAgent });
    trace.end({ code, message: error === undefined ? '' : wireStatus(error).details });
  };
  return {
    get signal() {
      abort ??= new AbortController();
      if (reason !== undefined) abort.abort(reason);
      return abort.signal;
    },
    within: trace.within,
    succeeded: (response) => finish(status.OK, response),
    failed: (error) => finish(wireStatus(error).code, undefined, error),
  };
};
