import { status } from '@grpc/grpc-js';
import { JanusError, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { RpcIdentity } from './rpc-identity.ts';

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

/** The one line of an RPC that has ended. */
export const logRpc = (logger: Logger, { rpc, code, error, fields: facts }: Line): void => {
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
