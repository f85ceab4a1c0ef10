import { setMaxListeners } from 'node:events';
import { aborted, SessionEnded, type Wire } from './wire.ts';

export interface SessionOptions {
  /** After so long without a sign of life the session ends, in ms. */
  readonly idleTimeout: number;
  /** In ms. */
  readonly pingInterval: number;
}

/** What a session gives those that speak in it. */
export interface SessionLife {
  /** Aborts when the client is gone, nothing has happened for too long, or this side ends the session (SessionEnded). */
  readonly signal: AbortSignal;
  /** To be called when the client sends, or takes, something. */
  readonly onActivity: () => void;
}

/** A wire, and what happens on it. */
export interface Dialogue {
  readonly wire: Wire;
  /** Ends when there is nothing more to say, which is soon after the signal aborts. */
  run(): Promise<void>;
}

export interface Session {
  /** Resolves when the connection is closed; rejects with what the dialogue rejected with. */
  readonly over: Promise<void>;
  end(reason: SessionEnded): void;
}

/** Lets a dialogue run until it is done, the client is gone, nothing happens for too long, or someone ends it. */
export const startSession = (options: SessionOptions, open: (life: SessionLife) => Dialogue): Session => {
  const ended = new AbortController();
  // Every connection of a port-forward listens.
  setMaxListeners(0, ended.signal);
  const idle = setTimeout(
    () => ended.abort(new SessionEnded('the session was idle for too long')),
    options.idleTimeout,
  );
  let over = false;
  // A timer that has been cleared would come back to life by a refresh.
  const onActivity = (): void => {
    if (!over) idle.refresh();
  };
  const { wire, run } = open({ signal: ended.signal, onActivity });
  const pings = setInterval(wire.ping, options.pingInterval);
  // What the session started has ended by itself once it is over: nothing is left to call off.
  const end = (reason: unknown): void => {
    if (!over) ended.abort(reason);
  };
  void aborted(wire.gone).then(() => end(wire.gone.reason));

  const finish = async (): Promise<void> => {
    over = true;
    clearTimeout(idle);
    clearInterval(pings);
    const reason: unknown = ended.signal.reason;
    await (reason instanceof SessionEnded ? wire.close(reason) : wire.close());
  };
  return { over: run().finally(finish), end };
};
