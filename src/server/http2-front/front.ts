/**
 * A listener that lets HTTP/2 clients with an illegal `:authority` reach a server that would reset their requests.
 *
 * The client's first request decides. A client waits for the server's SETTINGS before it sends one, so the front sends an
 * empty SETTINGS frame, which RFC 9113 §3.4 allows as the server's preface, and hides its acknowledgement from the server,
 * whose own SETTINGS follow. A client whose `:authority` is legal is then read by the server from the socket itself.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ERROR_CODE, type ErrorCode, encodeFrame, TYPE } from './frames.ts';
import { createOpening, type Decision, type Opening } from './opening.ts';
import { rewritingStream } from './rewriting-stream.ts';

export interface FrontOptions {
  /** Takes over the connection as an HTTP/2 server; grpc-js calls it `injectConnection`. */
  readonly inject: (connection: Duplex) => void;
  /** Told why a connection was refused. Clients that merely go away are no errors. */
  readonly onError?: (error: Error) => void;
  /** Milliseconds from the accept to the first whole request, or for an idle client to the end of the handshake. */
  readonly openingTimeout?: number;
  /** Most connections whose first request has not come: for another one, the time of the oldest is over. */
  readonly maxOpening?: number;
}

export interface Front {
  /** To listen with, and to watch for `error`. */
  readonly server: Server;
  /**
   * Stops accepting, and sends away clients that have not made a request. Resolves when every connection has ended;
   * ending those already injected is the HTTP/2 server's part.
   */
  close(): Promise<void>;
}

/** How long a whole request waits for the client's acknowledgement of SETTINGS, in milliseconds. */
const ACK_TIMEOUT = 200;

const SETTINGS = encodeFrame({ type: TYPE.settings, flags: 0, streamId: 0 }, Buffer.alloc(0));

/** RFC 9113 §6.8, with no stream processed. */
const goAway = (code: ErrorCode): Buffer =>
  encodeFrame({ type: TYPE.goaway, flags: 0, streamId: 0 }, Buffer.from([0, 0, 0, 0, 0, 0, 0, code]));

const dismiss = (socket: Socket, code: ErrorCode): void => {
  socket.write(goAway(code));
  socket.destroySoon();
};

/**
 * Node's session first reads what the socket has buffered, and then its handle. The socket must be paused, so that it
 * gives all of it at once, and untouched afterwards.
 */
const handOver = (socket: Socket, opening: Opening): Socket => {
  socket.pause();
  socket.unshift(Buffer.concat([...opening.kept(), ...opening.rewriter.release()]));
  return socket;
};

interface Watch {
  readonly openingTimeout: number;
  /** Called once, unless the client goes away first. */
  readonly settle: (decision: Decision, opening: Opening) => void;
}

/** A connection that waits for the decision about it. */
interface Waiting {
  /** Ends the waiting, without a decision. */
  readonly stop: () => void;
  /** The client has had its time: decides. */
  readonly expire: () => void;
}

/** Reads a connection until the decision about it. */
const watch = (socket: Socket, { openingTimeout, settle }: Watch): Waiting => {
  const opening = createOpening();
  const act = (decision: Decision): void => {
    if (decision.kind !== 'wait') {
      stop();
      settle(decision, opening);
    } else if (opening.awaitsAck()) grace ??= setTimeout(expire, ACK_TIMEOUT);
  };
  const expire = (): void => act(opening.expire());
  const onData = (chunk: Buffer): void => act(opening.push(chunk));
  const deadline = setTimeout(expire, openingTimeout);
  let grace: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearTimeout(deadline);
    clearTimeout(grace);
    socket.off('data', onData).off('close', stop);
  };
  socket.on('data', onData).on('close', stop);
  return { stop, expire };
};

/** Makes the connection the server's, or ends it. */
const settleWith =
  (socket: Socket, { inject, onError }: FrontOptions): Watch['settle'] =>
  (decision, opening) => {
    try {
      if (decision.kind === 'refuse') {
        dismiss(socket, decision.code);
        onError?.(new Error(`refused an HTTP/2 connection: ${decision.reason}`));
      } else if (decision.kind === 'direct') inject(handOver(socket, opening));
      else inject(rewritingStream(socket, { rewriter: opening.rewriter, kept: opening.kept() }));
    } catch (error) {
      socket.destroy();
      onError?.(new Error('an HTTP/2 connection could not be taken over', { cause: error }));
    }
  };

const OPENING_TIMEOUT = 10_000;
const MAX_OPENING = 256;

/** Nothing a client sends makes it throw or emit an error; only listening can fail. */
export const createFront = (options: FrontOptions): Front => {
  const { openingTimeout = OPENING_TIMEOUT, maxOpening = MAX_OPENING } = options;
  // In the order in which they came.
  const openings = new Map<Socket, Waiting>();
  const makeRoom = (): void => {
    const [oldest] = openings.values();
    if (openings.size >= maxOpening) oldest?.expire();
  };
  const server = createServer((socket) => {
    // A connection that breaks off is of no interest, and without a listener it would end the process.
    socket.on('error', () => {});
    makeRoom();
    socket.write(SETTINGS);
    const settled = settleWith(socket, options);
    const settle: Watch['settle'] = (...decided) => {
      openings.delete(socket);
      settled(...decided);
    };
    openings.set(socket, watch(socket, { openingTimeout, settle }));
    socket.on('close', () => openings.delete(socket));
  });
  const close = (): Promise<void> => {
    for (const [socket, { stop }] of openings) {
      stop();
      dismiss(socket, ERROR_CODE.none);
    }
    return new Promise((resolve) => {
      // The one error it can give is that it was not listening.
      server.close(() => resolve());
    });
  };
  return { server, close };
};
