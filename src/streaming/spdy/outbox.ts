import type { Duplex } from 'node:stream';
import { ClientGone, GOODBYE_GRACE, MAX_UNREAD_CONTROL } from '../wire.ts';
import * as encode from './encoder.ts';

type Written = (error?: Error | null) => void;

export interface OutboxOptions {
  /** The transport has taken data: the client is alive. */
  readonly onTaken: () => void;
  /** The client makes this side answer and does not read the answers. */
  readonly onFlood: () => void;
}

/** The sending half of a connection. What cannot be sent any more is dropped, or reported to `written`. */
export interface Outbox {
  /** `written` comes when the transport has taken the bytes, so that each stream holds one slice at most. */
  data(slice: { streamId: number; bytes: Buffer; fin: boolean }, written: Written): void;
  control(frame: Buffer): void;
  ping(): void;
  /** Sends the last frame, and resolves when the connection is closed. */
  goodbye(goaway: Buffer): Promise<void>;
}

const MAX_PING_ID = 0x7fff_fffe;

export const createOutbox = (transport: Duplex, { onTaken, onFlood }: OutboxOptions): Outbox => {
  let unreadControl = 0;
  let pingId = 0;

  const control = (frame: Buffer): void => {
    if (!transport.writable) return;
    unreadControl += frame.length;
    transport.write(frame, () => {
      unreadControl -= frame.length;
    });
    if (unreadControl > MAX_UNREAD_CONTROL) onFlood();
  };
  return {
    control,
    data: ({ streamId, bytes, fin }, written) => {
      if (!transport.writable) return written(new ClientGone());
      transport.cork();
      transport.write(encode.dataHeader(streamId, bytes.length, fin));
      transport.write(bytes, (error) => {
        if (!error) onTaken();
        written(error);
      });
      transport.uncork();
    },
    ping: () => {
      if (transport.writableLength > 0) return;
      pingId = pingId === MAX_PING_ID ? 2 : pingId + 2;
      control(encode.ping(pingId));
    },
    goodbye: (goaway) => closeGently(transport, goaway),
  };
};

const closeGently = (transport: Duplex, lastWords: Buffer): Promise<void> =>
  new Promise((resolve) => {
    if (transport.closed) return resolve();
    const timer = setTimeout(() => transport.destroy(), GOODBYE_GRACE);
    transport.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    if (transport.writable) transport.end(lastWords);
  });
