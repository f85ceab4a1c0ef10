import type { Readable, Writable } from 'node:stream';
import { bytesWaiting, type OwnStream, unread } from '../../host/libc/descriptors.ts';

/** One output of a process on its way to the client. */
export interface Relay {
  /** Resolves when the output has ended, or been cut, and the client's stream has been given all of it. */
  readonly done: Promise<void>;
  /** Takes what has been written by now, and no more. */
  finish(): void;
  cut(): void;
}

/**
 * Reads no faster than `sink` takes. A sink that is not there, or has gone, takes everything: its process goes on as if somebody read.
 * What ends a terminal's output is an error (EIO), which is an end like any other.
 */
export const relay = (own: OwnStream, sink: Writable | undefined): Relay => {
  const { fd, stream } = own;
  let left = Number.POSITIVE_INFINITY;
  const take = (chunk: Buffer): void => {
    const bytes = chunk.length > left ? chunk.subarray(0, left) : chunk;
    left -= bytes.length;
    if (sink !== undefined && !sink.destroyed && !sink.write(bytes)) stream.pause();
    if (left === 0) stream.destroy();
  };
  const goOn = (): void => void stream.resume();
  sink?.on('drain', goOn).on('close', goOn);
  stream.on('data', take).on('error', () => undefined);
  stream.once('end', () => {
    for (const chunk of unread(own)) take(chunk);
    stream.destroy();
  });
  const done = new Promise<void>((resolve) => {
    stream.once('close', () => {
      sink?.off('drain', goOn).off('close', goOn);
      resolve();
    });
  });
  return {
    done,
    finish: () => {
      if (stream.destroyed) return;
      left = bytesWaiting(fd) + stream.readableLength;
      if (left === 0) stream.destroy();
    },
    cut: () => void stream.destroy(),
  };
};

/** Feeds a process from the client; `end` comes when the client has ended its side. What the process does not want any more is read and dropped. */
export const feed = (source: Readable | undefined, input: Writable, end: () => void): void => {
  input.on('error', () => undefined);
  if (source === undefined) {
    end();
    return;
  }
  source.once('end', end);
  source.pipe(input, { end: false });
  input.once('close', () => source.resume());
};
