import type { Duplex, Readable, Writable } from 'node:stream';

/** Columns and rows, each 0 to 65535. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

interface StdioFlags {
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** As CRI's AttachRequest. With `tty`, `stderr` is false: a terminal has one output. */
export interface AttachRequest extends StdioFlags {
  readonly containerId: string;
}

/** As CRI's ExecRequest. */
export interface ExecRequest extends AttachRequest {
  readonly command: readonly string[];
}

/** One connection into a sandbox. `port` is 1 to 65535. */
export interface ForwardRequest {
  readonly sandboxId: string;
  readonly port: number;
}

/** What a session takes place in. */
export type SessionPlace = { readonly containerId: string } | { readonly sandboxId: string };

/**
 * The client's ends of a session; those it did not ask for are undefined.
 *
 * `stdin` ends when the client half-closes it. `stdout` and `stderr` accept no more than the client reads: whoever writes
 * must wait for `drain`, or discard. `resize` yields the newest size only and ends with the session.
 * When the client goes away all of them are destroyed; none ever needs an `error` listener to keep the daemon alive.
 */
export interface SessionIo {
  readonly stdin: Readable | undefined;
  readonly stdout: Writable | undefined;
  readonly stderr: Writable | undefined;
  readonly resize: AsyncIterable<TerminalSize>;
}

/**
 * What the streaming server asks of the engine. A port because the sessions' protocols and the processes behind them
 * change for different reasons, and the protocols are tested without a single process.
 *
 * The signal aborts when the client is gone, was idle for too long, or the server closes. The backend then lets go of the
 * streams and closes the process' stdin; whether the process lives on is the backend's decision.
 */
export interface StreamingBackend {
  /** Resolves with the exit code (0 to 255) when the process has ended and its output has been written. */
  exec(request: ExecRequest, io: SessionIo, options: { signal: AbortSignal }): Promise<number>;
  /** Resolves when the container has ended, or the client has closed what it attached. */
  attach(request: AttachRequest, io: SessionIo, options: { signal: AbortSignal }): Promise<void>;
  /**
   * Resolves with the reason, in words for the client, once nothing more can come of a session in this container or sandbox. What the end itself brings, an exit
   * code or last output, has had its time by then. Resolves with undefined when the signal aborts.
   */
  ended(place: SessionPlace, options: { signal: AbortSignal }): Promise<string | undefined>;
  /** Carries one connection until both directions have ended; rejects when the port cannot be reached. */
  portForward(request: ForwardRequest, connection: Duplex, options: { signal: AbortSignal }): Promise<void>;
}
