import { closeSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf, JanusError, messageOf } from '../../core/errors.ts';
import { connectSeqpacket, streamOver, unread } from '../../host/libc/descriptors.ts';

/** First byte of each packet that conmon sends. */
const STDOUT = 2;
const STDERR = 3;

/** conmon reads packets of up to 32 KiB and drops what is longer; its own have 8. */
const MAX_PACKET = 8192;

export interface Outputs {
  readonly stdout: (bytes: Buffer) => void;
  readonly stderr: (bytes: Buffer) => void;
}

/** conmon's end of a container's streams. */
export interface ConmonConnection {
  /** Resolves when conmon has closed it, which it does when the container has ended, or `close` was called. */
  readonly closed: Promise<void>;
  /** Calls `done` when the bytes have left. */
  send(bytes: Buffer, done: (error?: Error | null) => void): void;
  /** The container gets no more input from here. */
  end(): void;
  close(): void;
}

const connectTo = (socket: string): number => {
  const directory = openSync(dirname(socket), 'r');
  try {
    return connectSeqpacket(`/proc/self/fd/${directory}/${basename(socket)}`);
  } finally {
    closeSync(directory);
  }
};

/** conmon accepts when it comes to it, and its queue is short. */
const PATIENCE_MS = 5000;
const POLL_MS = 5;

const open = async (socket: string, signal: AbortSignal): Promise<number> => {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return connectTo(socket);
    } catch (cause) {
      if (!isBusy(cause) || Date.now() > deadline)
        throw new JanusError('failed-precondition', `the container cannot be attached to: ${messageOf(cause)}`, {
          cause,
        });
    }
    await delay(POLL_MS, undefined, { signal });
  }
};

const isBusy = (error: unknown): boolean => ['EAGAIN', 'EWOULDBLOCK'].includes(errnoOf(error) ?? '');

/**
 * Connects to conmon's attach socket (`--full-attach`). Reading never pauses: conmon waits for each of its clients, and the container waits for conmon. Flowing
 * streams hand over what each read returned, which is one packet. A container without a monitor: `failed-precondition`.
 */
export const connectToConmon = async (
  socket: string,
  { stdout, stderr }: Outputs,
  signal: AbortSignal,
): Promise<ConmonConnection> => {
  const own = streamOver(await open(socket, signal));
  const { stream } = own;
  const take = (packet: Buffer): void => {
    if (packet[0] === STDOUT) stdout(packet.subarray(1));
    else if (packet[0] === STDERR) stderr(packet.subarray(1));
  };
  stream.on('data', take).on('error', () => undefined);
  stream.once('end', () => {
    for (const packet of unread(own)) take(packet);
    stream.destroy();
  });
  const send: ConmonConnection['send'] = (bytes, done) => {
    const rest = bytes.subarray(MAX_PACKET);
    // One at a time: what waits together would leave as one packet.
    stream.write(bytes.subarray(0, MAX_PACKET), (error) =>
      error || rest.length === 0 ? done(error) : send(rest, done),
    );
  };
  return {
    closed: new Promise((resolve) => stream.once('close', () => resolve())),
    send,
    end: () => void stream.end(),
    close: () => void stream.destroy(),
  };
};
