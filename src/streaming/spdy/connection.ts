import type { Duplex } from 'node:stream';
import { ClientGone, type Wire } from '../wire.ts';
import { createDecoder } from './decoder.ts';
import * as encode from './encoder.ts';
import { type Frame, goawayStatus, type Headers, resetStatus, SpdyError } from './frames.ts';
import { createHeaderWriter } from './headers.ts';
import { createOutbox } from './outbox.ts';
import { createSpdyStream, type SpdyStream } from './stream.ts';

/** Decides on the streams that the client opens. */
export interface StreamAcceptor {
  /** False refuses the stream before the client may use it. */
  admits(headers: Headers, id: number): boolean;
  /** The client has been told that the stream is open. */
  opened(stream: SpdyStream): void;
}

export interface SpdyOptions {
  readonly acceptor: StreamAcceptor;
  /** Streams beyond this many at once are refused. */
  readonly maxStreams: number;
  /** The client has sent or taken something. Its answers to pings do not count. */
  readonly onActivity: () => void;
}

const DECODER_LIMITS = { controlFrame: 16 * 1024, headerBlock: 64 * 1024 } as const;

/**
 * The server's side of SPDY/3.1 on a byte stream.
 *
 * There is no flow control by windows: Go's spdystream, which every kubelet and client of it uses, neither sends
 * WINDOW_UPDATE nor obeys it. The byte stream bounds memory instead: a stream whose reader is behind stops the reading of
 * the whole connection until that reader has caught up, and a write is done only when the transport has taken it.
 */
export const serveSpdy = (transport: Duplex, options: SpdyOptions): Wire => {
  const { acceptor, maxStreams, onActivity } = options;
  const streams = new Map<number, SpdyStream>();
  const gone = new AbortController();
  const writeHeaders = createHeaderWriter();
  let lastStreamId = 0;
  let closed: Promise<void> | undefined;

  const lose = (reason: Error): void => {
    gone.abort(reason);
    for (const { duplex } of streams.values()) duplex.destroy(reason);
  };
  const hangUp = (status: number): Promise<void> => {
    if (closed) return closed;
    for (const { duplex } of streams.values()) duplex.destroy();
    closed = outbox.goodbye(encode.goaway(lastStreamId, status));
    return closed;
  };
  const fail = (error: unknown): void => {
    lose(error instanceof Error ? error : new ClientGone({ cause: error }));
    void hangUp(goawayStatus.protocolError);
  };
  const outbox = createOutbox(transport, {
    onTaken: onActivity,
    onFlood: () => fail(new SpdyError('client does not read its answers')),
  });
  const forget = (id: number, finished: boolean): void => {
    const open = streams.delete(id);
    if (open && !finished && !gone.signal.aborted) outbox.control(encode.rstStream(id, resetStatus.cancel));
  };

  const open = (id: number, headers: Headers): void => {
    if (id % 2 === 0 || id <= lastStreamId) throw new SpdyError(`stream id ${id} is out of order`);
    lastStreamId = id;
    if (closed || streams.size >= maxStreams || !acceptor.admits(headers, id)) {
      outbox.control(encode.rstStream(id, resetStatus.refusedStream));
      return;
    }
    const stream = createSpdyStream({ id, headers }, { send: outbox.data, forget });
    streams.set(id, stream);
    outbox.control(encode.synReply(id, writeHeaders(new Map())));
    acceptor.opened(stream);
  };
  const reset = (id: number): void => {
    const stream = streams.get(id);
    streams.delete(id);
    stream?.duplex.destroy(new ClientGone());
  };
  const pong = (id: number): void => {
    if (id % 2 === 0) return;
    onActivity();
    outbox.control(encode.ping(id));
  };
  /** Resolves when more may be read. What is meant for a stream that is over is dropped. */
  const handle = async (frame: Frame): Promise<void> => {
    if (frame.type === 'ping') return pong(frame.id);
    onActivity();
    if (frame.type === 'goaway') return lose(new ClientGone());
    if (frame.type === 'rst-stream') return reset(frame.streamId);
    if (frame.type === 'syn-stream') open(frame.streamId, frame.headers);
    const stream = streams.get(frame.streamId);
    const room = frame.type === 'data' ? stream?.deliver(frame.data) : undefined;
    if (frame.fin) stream?.deliverEnd();
    await room;
  };

  const decode = createDecoder(DECODER_LIMITS);
  const consume = async (chunk: Buffer): Promise<void> => {
    for (const frame of decode(chunk)) {
      if (gone.signal.aborted || closed) return;
      await handle(frame);
    }
  };
  // After the last word the bytes are still read, and dropped: a socket closed with unread bytes resets the connection,
  // and the client would lose what it has not read yet.
  const read = async (): Promise<void> => {
    for await (const chunk of transport) {
      if (!gone.signal.aborted && !closed) await consume(chunk as Buffer).catch(fail);
    }
  };

  transport.on('error', (cause) => lose(new ClientGone({ cause })));
  transport.once('close', () => lose(new ClientGone()));
  read().then(
    () => lose(new ClientGone()),
    (cause: unknown) => lose(new ClientGone({ cause })),
  );
  return { gone: gone.signal, ping: outbox.ping, close: () => hangUp(goawayStatus.ok) };
};
