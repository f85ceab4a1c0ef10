import type { Duplex } from 'node:stream';
import { errnoOf, messageOf } from '../../core/errors.ts';
import type { ForwardRequest, StreamingBackend } from '../backend.ts';
import { endAndFlush, GOODBYE_GRACE, SessionEnded } from '../wire.ts';

/** What a client opens for each connection: one stream for its bytes, one for a text if it fails. */
export interface ForwardStreams {
  readonly data: Duplex;
  readonly error: Duplex;
}

/**
 * Carries one connection and never rejects. A connection that the client has left, or that the pod has cut, ends without a
 * text: older clients take any text on the error stream as a reason to give up all their connections.
 */
export const forward = async (
  request: ForwardRequest,
  { data, error }: ForwardStreams,
  { backend, signal }: { backend: Pick<StreamingBackend, 'portForward'>; signal: AbortSignal },
): Promise<void> => {
  const ended = new AbortController();
  const end = (): void => ended.abort(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  data.once('close', end);
  error.resume();
  try {
    signal.throwIfAborted();
    if (data.destroyed) return;
    await backend.portForward(request, data, { signal: ended.signal });
    await endAndFlush(data, { signal: ended.signal });
  } catch (failure) {
    if (signal.reason instanceof SessionEnded) error.write(describe(request, signal.reason));
    else if (!ended.signal.aborted && !isCut(failure)) error.write(describe(request, failure));
  } finally {
    signal.removeEventListener('abort', end);
    data.removeListener('close', end);
    data.destroy();
    await endAndFlush(error, { signal: signal.aborted ? AbortSignal.timeout(GOODBYE_GRACE) : signal });
  }
};

/** For a port that the session is not for. */
export const refuse = async (port: number, { data, error }: ForwardStreams): Promise<void> => {
  error.end(`port ${port} is not among the ports that were asked for`);
  data.destroy();
};

const isCut = (failure: unknown): boolean => ['ECONNRESET', 'EPIPE'].includes(errnoOf(failure) ?? '');

const describe = ({ sandboxId, port }: ForwardRequest, failure: unknown): string =>
  `error forwarding port ${port} to sandbox ${sandboxId}: ${messageOf(failure)}`;
