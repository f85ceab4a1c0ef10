import { Duplex } from 'node:stream';
import { createRoom } from '../room.ts';
import { INBOUND_BUFFER, inSlices, OUTBOUND_BUFFER } from '../wire.ts';
import type { Headers } from './frames.ts';
import type { Outbox } from './outbox.ts';

/** What a stream needs of its connection. */
export interface StreamSink {
  readonly send: Outbox['data'];
  /** The stream is over on this side; `finished` when both directions had ended. */
  forget(id: number, finished: boolean): void;
}

export interface SpdyStream {
  readonly id: number;
  readonly headers: Headers;
  /** Both directions; each ends on its own. */
  readonly duplex: Duplex;
  /** Takes data from the client. A promise says that the reader is behind, and resolves when it has caught up or is gone. */
  deliver(data: Buffer): Promise<void> | undefined;
  /** The client has ended its direction. */
  deliverEnd(): void;
}

const NOTHING = Buffer.alloc(0);

export const createSpdyStream = (identity: Pick<SpdyStream, 'id' | 'headers'>, sink: StreamSink): SpdyStream => {
  const streamId = identity.id;
  const room = createRoom();
  let ended = false;
  const duplex = new Duplex({
    readableHighWaterMark: INBOUND_BUFFER,
    writableHighWaterMark: OUTBOUND_BUFFER,
    // Or else a reader that iterates to the end would destroy the other direction, too.
    autoDestroy: false,
    read: room.free,
    write: (chunk: Buffer, _encoding, done) =>
      inSlices(chunk, (bytes, written) => sink.send({ streamId, bytes, fin: false }, written), done),
    final: (done) => sink.send({ streamId, bytes: NOTHING, fin: true }, done),
    destroy: (error, done) => {
      room.free();
      sink.forget(streamId, ended && duplex.writableFinished);
      done(error);
    },
  });
  // That a client resets a stream is an everyday event, of which the signal and the stream's end tell enough.
  duplex.on('error', () => undefined);
  const onHalfDone = (): void => {
    if (duplex.readableEnded && duplex.writableFinished) duplex.destroy();
  };
  duplex.once('end', onHalfDone).once('finish', onHalfDone);

  return {
    ...identity,
    duplex,
    deliver: (data) => (ended || duplex.destroyed || duplex.push(data) ? undefined : room.wait()),
    deliverEnd: () => {
      if (ended || duplex.destroyed) return;
      ended = true;
      duplex.push(null);
    },
  };
};
