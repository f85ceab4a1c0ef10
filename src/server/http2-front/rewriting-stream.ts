/** A socket whose inbound bytes go through a rewriter, as the duplex stream that an HTTP/2 session takes for a socket. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Rewriter } from './rewriter.ts';

interface RewritingOptions {
  readonly rewriter: Rewriter;
  /** What was read from the socket and passed the rewriter already. */
  readonly kept: readonly Buffer[];
}

type Done = (error?: Error | null) => void;

const writeAll = (socket: Socket, chunks: readonly { chunk: Buffer }[], done: Done): void => {
  socket.write(
    chunks.length === 1 && chunks[0] ? chunks[0].chunk : Buffer.concat(chunks.map(({ chunk }) => chunk)),
    done,
  );
};

/**
 * Takes the socket over. A write is done when the socket has written it, and the socket is read only while the reader
 * keeps up, so back pressure holds both ways; end, error and close of either side reach the other.
 */
export const rewritingStream = (socket: Socket, { rewriter, kept }: RewritingOptions): Duplex => {
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    writev: (chunks, done) => writeAll(socket, chunks, done),
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  const forward = (pieces: readonly Buffer[]): void => {
    for (const piece of pieces) if (!stream.push(piece)) socket.pause();
  };
  // The session has its own listener for errors; this one covers the time before and after the session.
  stream.on('error', () => {});
  socket.on('error', (error) => stream.destroy(error));
  socket.on('close', () => stream.destroy());
  socket.on('end', () => {
    forward(rewriter.release());
    stream.push(null);
  });
  socket.on('data', (chunk: Buffer) => forward(rewriter.push(chunk)));
  forward(kept);
  return stream;
};
