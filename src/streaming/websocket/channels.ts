import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import {
  ClientGone,
  GOODBYE_GRACE,
  INBOUND_BUFFER,
  inSlices,
  OUTBOUND_BUFFER,
  type SessionEnded,
  type Wire,
} from '../wire.ts';
import type { ChannelCodec, ChannelMessage } from './codec.ts';

export interface ChannelOptions {
  /** Channels are numbered from 0. */
  readonly count: number;
  readonly codec: ChannelCodec;
  /** Whether the client may half-close a channel, which version 5 brought. */
  readonly halfClose: boolean;
  readonly onActivity: () => void;
}

export interface Channels {
  readonly wire: Wire;
  channel(number: number): Duplex;
}

/** Stands where a channel's number does, and is followed by the number of the channel that ends. */
const CLOSE_SIGNAL = 255;
/** RFC 6455, section 7.4.1. */
const NORMAL_CLOSURE = 1000;
const GOING_AWAY = 1001;
/** Bytes of the reason in a close frame (RFC 6455, section 5.5). */
const MAX_REASON = 123;

/**
 * Kubernetes' channels on a WebSocket. A channel whose reader is behind pauses the socket until it has caught up; a write is
 * done when the socket has taken it.
 */
export const serveChannels = (socket: WebSocket, options: ChannelOptions): Channels => {
  const { codec, halfClose, onActivity } = options;
  const gone = new AbortController();
  const behind = new Set<number>();
  const ended = new Set<number>();

  const caughtUp = (number: number): void => {
    if (behind.delete(number) && behind.size === 0) socket.resume();
  };
  const send = (number: number, bytes: Buffer, written: (error?: Error | null) => void): void =>
    socket.send(codec.encode(number, bytes), { binary: codec.binary }, (error) => {
      if (!error) onActivity();
      written(error);
    });
  const openChannel = (number: number): Duplex => {
    const duplex = new Duplex({
      readableHighWaterMark: INBOUND_BUFFER,
      writableHighWaterMark: OUTBOUND_BUFFER,
      read: () => caughtUp(number),
      write: (chunk: Buffer, _encoding, done) => inSlices(chunk, (slice, next) => send(number, slice, next), done),
      destroy: (error, done) => {
        caughtUp(number);
        done(error);
      },
    });
    // What goes wrong is the client's leaving, of which the signal tells.
    return duplex.on('error', () => undefined);
  };
  const channels = Array.from({ length: options.count }, (_, number) => openChannel(number));

  const endInput = (number: number): void => {
    const channel = channels[number];
    if (!channel || channel.destroyed || ended.has(number)) return;
    ended.add(number);
    channel.push(null);
  };
  const deliver = ({ number, bytes }: ChannelMessage): void => {
    const channel = channels[number];
    if (!channel || channel.destroyed || ended.has(number) || channel.push(bytes)) return;
    behind.add(number);
    socket.pause();
  };
  const receive = (message: Buffer): void => {
    onActivity();
    const [first, second = CLOSE_SIGNAL] = message;
    if (halfClose && first === CLOSE_SIGNAL) endInput(second);
    else if (message.length > 1) deliver(codec.decode(message));
  };
  const lose = (cause?: Error): void => {
    const reason = new ClientGone({ cause });
    gone.abort(reason);
    for (const channel of channels) channel.destroy(reason);
  };

  socket.on('message', (message: Buffer) => receive(message));
  socket.on('ping', onActivity);
  socket.on('error', lose);
  socket.once('close', () => lose());
  const close: Wire['close'] = (reason) => {
    for (const channel of channels) channel.destroy();
    return closeGently(socket, reason);
  };
  return {
    wire: { gone: gone.signal, ping: () => pingQuiet(socket), close },
    channel: (number) => {
      const channel = channels[number];
      if (!channel) throw new RangeError(`there is no channel ${number}`);
      return channel;
    },
  };
};

const pingQuiet = (socket: WebSocket): void => {
  if (socket.readyState === socket.OPEN && socket.bufferedAmount === 0) socket.ping();
};

const closeGently = (socket: WebSocket, reason: SessionEnded | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) return resolve();
    const timer = setTimeout(() => socket.terminate(), GOODBYE_GRACE);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    if (reason === undefined) socket.close(NORMAL_CLOSURE);
    else socket.close(GOING_AWAY, Buffer.from(reason.message).subarray(0, MAX_REASON));
    socket.resume();
  });
