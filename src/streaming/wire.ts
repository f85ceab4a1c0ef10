import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** One client's connection, whatever framing it speaks. */
export interface Wire {
  /** Aborts, with the cause as reason, once nothing more can come from the client. */
  readonly gone: AbortSignal;
  /** Keeps middleboxes from dropping a quiet connection, and finds out that a client is dead. */
  ping(): void;
  /**
   * Says goodbye, lets the client hang up first, and resolves when the connection is closed. Never rejects. `reason`: why this side ends a session that was not
   * done, where the framing has a place for it.
   */
  close(reason?: SessionEnded): Promise<void>;
}

/** How long a client that was told goodbye may take to hang up, in ms. */
export const GOODBYE_GRACE = 5_000;

/** Bytes of pongs, resets and the like that a client may leave unread before it is cut off. */
export const MAX_UNREAD_CONTROL = 64 * 1024;

/** Bytes of one stream that wait for its reader before the connection is held back. */
export const INBOUND_BUFFER = 128 * 1024;
export const OUTBOUND_BUFFER = 64 * 1024;

/** Nobody's fault, and no news to a client that is not there to hear it. */
export class ClientGone extends Error {
  constructor(options?: { cause?: unknown }) {
    super('the client has closed the connection', options);
    this.name = 'ClientGone';
  }
}

/** Someone on this side ended the session; the message is meant for the client. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
}

/** Resolves when the signal aborts, at once if it has. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Ends the writable and resolves when the transport has taken all of it, or never will. */
export const endAndFlush = async (writable: Writable, options: { signal: AbortSignal }): Promise<void> => {
  writable.end();
  await finished(writable, { readable: false, cleanup: true, ...options }).catch(() => undefined);
};

/** Resolves when the work has ended. Once the signal has aborted, work that does not heed it is waited for no longer than a client may take to hang up. */
export const settledInTime = async (work: Promise<unknown>, signal: AbortSignal): Promise<void> => {
  const done = new AbortController();
  const late = aborted(signal).then(() => delay(GOODBYE_GRACE, undefined, { signal: done.signal }));
  await Promise.race([work, late]).finally(() => done.abort());
};

type Written = (error?: Error | null) => void;

/** Small enough that streams which share a connection share it fairly. */
const MAX_SLICE = 32 * 1024;

/** Writes a chunk slice by slice, each when the one before has left. */
export const inSlices = (chunk: Buffer, send: (slice: Buffer, written: Written) => void, done: Written): void => {
  const rest = chunk.subarray(MAX_SLICE);
  send(chunk.subarray(0, MAX_SLICE), (error) =>
    error || rest.length === 0 ? done(error) : inSlices(rest, send, done),
  );
};
