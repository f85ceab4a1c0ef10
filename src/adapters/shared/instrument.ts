import { type Metadata, status } from '@grpc/grpc-js';
import { JanusError, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { wireStatus } from './status.ts';
import { subjectOf } from './subject.ts';

export interface RpcReport extends RpcIdentity {
  /** Name of the status code: `NOT_FOUND`. */
  readonly code: string;
  readonly seconds: number;
  /** As the client names itself, or empty: `grpc-go/1.65.0`. */
  readonly userAgent: string;
}

/** Who is told about RPCs. */
export interface Watch {
  readonly logger: Logger;
  /** Called once per RPC, streams included, after the answer is on its way. */
  readonly onFinished?: (report: RpcReport) => void;
}

export interface RpcIdentity {
  /** Of the API: `v1alpha2`, `v1`, or the package of an API that is not CRI. */
  readonly version: string;
  /** With its package: `runtime.v1.RuntimeService`. */
  readonly service: string;
  /** As in the proto: `ListPodSandbox`. */
  readonly method: string;
  readonly stream: boolean;
}

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
  succeeded(response: unknown): void;
  failed(error: unknown): void;
}

/** Clients poll these: a line each at `info` would drown the others. */
const POLLED: ReadonlySet<string> = new Set([
  'Version',
  'Status',
  'RuntimeConfig',
  'ListPodSandbox',
  'ListContainers',
  'ListImages',
  'PodSandboxStatus',
  'ContainerStatus',
  'ImageStatus',
  'ImageFsInfo',
  'ContainerStats',
  'ListContainerStats',
  'PodSandboxStats',
  'ListPodSandboxStats',
  'StreamPodSandboxes',
  'StreamContainers',
  'StreamContainerStats',
  'StreamPodSandboxStats',
  'StreamImages',
  'ListMetricDescriptors',
  'ListPodSandboxMetrics',
  'StreamPodSandboxMetrics',
  // Of Health, of Janus' own API, and of what cAdvisor asks.
  'Check',
  'Get',
  'List',
  'Usage',
]);

const giveUp = (call: ServerCall): JanusError =>
  Number(call.getDeadline()) <= Date.now()
    ? new JanusError('deadline-exceeded', "the client's deadline passed")
    : new JanusError('cancelled', 'the client gave up');

/** Times one RPC and writes its one log line. Only ids of the messages are logged: they may hold credentials. */
export const begin = (rpc: RpcIdentity, call: ServerCall, watch: Watch): Invocation => {
  const started = performance.now();
  // Made when it is asked for: most calls answer from memory and never look at it (30 of 600 us of a call).
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
  const finish = (code: status, response: unknown, error?: unknown): void => {
    finished = true;
    const milliseconds = performance.now() - started;
    const id = subjectOf(call.request) ?? subjectOf(response);
    log(watch.logger, { rpc, code, error, fields: { id, ms: Math.round(milliseconds * 10) / 10 } });
    const [userAgent = ''] = call.metadata.get('user-agent').map(String);
    watch.onFinished?.({ ...rpc, code: status[code], seconds: milliseconds / 1000, userAgent });
  };
  return {
    get signal() {
      abort ??= new AbortController();
      if (reason !== undefined) abort.abort(reason);
      return abort.signal;
    },
    succeeded: (response) => finish(status.OK, response),
    failed: (error) => finish(wireStatus(error).code, undefined, error),
  };
};

interface Line {
  readonly rpc: RpcIdentity;
  readonly code: status;
  readonly error: unknown;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A client that leaves is no fault; what is nobody's stated error is Janus' own. */
const levels: Readonly<Partial<Record<status, 'info' | 'error'>>> = {
  [status.CANCELLED]: 'info',
  [status.INTERNAL]: 'error',
  [status.UNKNOWN]: 'error',
};

const log = (logger: Logger, { rpc, code, error, fields: facts }: Line): void => {
  const { version, method } = rpc;
  const fields = { version, method, code: status[code], ...facts };
  if (code === status.OK) {
    logger[POLLED.has(rpc.method) ? 'debug' : 'info'](rpc.method, fields);
    return;
  }
  const failure = { ...fields, error: messageOf(error), ...causeOf(error) };
  const level = levels[code] ?? 'warn';
  logger[level](`${rpc.method} failed`, failure);
};

/** The cause is for operators; of what is not a JanusError, the stack is all there is to go by. */
const causeOf = (error: unknown): { readonly cause?: string } => {
  if (!(error instanceof Error)) return {};
  if (!(error instanceof JanusError)) return { cause: error.stack ?? error.message };
  return error.cause === undefined ? {} : { cause: messageOf(error.cause) };
};
