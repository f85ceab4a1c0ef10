import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { createDecoder } from '../../../src/streaming/spdy/decoder.ts';
import { dataHeader, goaway, ping, rstStream } from '../../../src/streaming/spdy/encoder.ts';
import { FLAG_FIN, type Frame, frameType } from '../../../src/streaming/spdy/frames.ts';
import { createHeaderWriter } from '../../../src/streaming/spdy/headers.ts';

/** A client's stream, and what has come of it. */
export interface ClientStream {
  readonly id: number;
  readonly received: Buffer[];
  text(): string;
  /** Whether the server took the stream. */
  readonly accepted: Promise<boolean>;
  /** How the server's direction ended. */
  readonly ended: Promise<'fin' | 'reset' | 'lost'>;
  write(bytes: Buffer | string): void;
  end(): void;
  reset(): void;
}

export interface SpdyClient {
  readonly transport: Duplex;
  open(headers: Record<string, string>, options?: { fin?: boolean; id?: number }): ClientStream;
  ping(id: number): Promise<void>;
  goaway(): void;
  raw(bytes: Buffer): void;
  /** Status of the server's GOAWAY, or undefined when the connection went without one. */
  readonly farewell: Promise<number | undefined>;
}

const synStream = (id: number, flags: number, block: Buffer): Buffer => {
  const head = Buffer.alloc(18);
  head.writeUInt32BE(0x80030001, 0);
  head.writeUInt32BE(((flags << 24) | (block.length + 10)) >>> 0, 4);
  head.writeUInt32BE(id, 8);
  return Buffer.concat([head, block]);
};

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

const deferred = <T>(): Deferred<T> => {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
};

interface Entry {
  readonly stream: ClientStream;
  readonly accepted: Deferred<boolean>;
  readonly ended: Deferred<'fin' | 'reset' | 'lost'>;
}

/** The other side of the server's framing, as small as tests allow. Answers no pings and knows no windows. */
export const createSpdyClient = (transport: Duplex): SpdyClient => {
  const decode = createDecoder({ controlFrame: 65_536, headerBlock: 65_536 });
  const writeHeaders = createHeaderWriter();
  const entries = new Map<number, Entry>();
  const pongs = new Map<number, () => void>();
  const farewell = deferred<number | undefined>();
  let nextId = 1;

  const send = (bytes: Buffer): void => {
    if (transport.writable) transport.write(bytes);
  };
  const onFrame = (frame: Frame): void => {
    if (frame.type === 'ping') pongs.get(frame.id)?.();
    else if (frame.type === 'goaway') farewell.resolve(frame.status);
    else onStreamFrame(frame);
  };
  const onStreamFrame = (frame: Exclude<Frame, { type: 'ping' | 'goaway' }>): void => {
    const entry = entries.get(frame.streamId);
    if (frame.type === 'syn-reply') entry?.accepted.resolve(true);
    if (frame.type === 'data') entry?.stream.received.push(frame.data);
    if (frame.type === 'rst-stream') {
      entry?.accepted.resolve(false);
      entry?.ended.resolve('reset');
    } else if (frame.fin) entry?.ended.resolve('fin');
  };
  transport.on('data', (chunk: Buffer) => {
    for (const frame of decode(chunk)) onFrame(frame);
  });
  transport.on('error', () => undefined).resume();
  // As Go's client does, hang up when the server has said goodbye.
  void farewell.promise.then(() => transport.end());
  transport.on('close', () => {
    farewell.resolve(undefined);
    for (const { accepted, ended } of entries.values()) {
      accepted.resolve(false);
      ended.resolve('lost');
    }
  });

  const open: SpdyClient['open'] = (headers, { fin = false, id = nextId } = {}) => {
    nextId = id + 2;
    const accepted = deferred<boolean>();
    const ended = deferred<'fin' | 'reset' | 'lost'>();
    const received: Buffer[] = [];
    const stream: ClientStream = {
      id,
      received,
      text: () => Buffer.concat(received).toString(),
      accepted: accepted.promise,
      ended: ended.promise,
      write: (bytes) => {
        const payload = Buffer.from(bytes);
        send(Buffer.concat([dataHeader(id, payload.length, false), payload]));
      },
      end: () => send(dataHeader(id, 0, true)),
      reset: () => send(rstStream(id, 5)),
    };
    entries.set(id, { stream, accepted, ended });
    send(synStream(id, fin ? FLAG_FIN : 0, writeHeaders(new Map(Object.entries(headers)))));
    return stream;
  };
  return {
    transport,
    open,
    ping: (id) => {
      const { promise, resolve } = deferred<void>();
      pongs.set(id, () => resolve());
      send(ping(id));
      return promise;
    },
    goaway: () => send(goaway(0, 0)),
    raw: send,
    farewell: farewell.promise,
  };
};

/** An empty control frame but for what is given, to send what an honest client would not. */
export const rawControl = (type: number, payload: Buffer, version = 3): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x8000 | version, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
};

export const settingsFrame = rawControl(frameType.settings, Buffer.alloc(12));
export const windowUpdateFrame = rawControl(frameType.windowUpdate, Buffer.alloc(8, 1));

export interface Handshake {
  readonly status: number;
  readonly head: string;
  readonly socket: Socket;
}

/** Sends an HTTP request and resolves with the head of the answer; what follows it stays in the socket. */
export const handshake = async (
  url: string,
  headers: Record<string, string>,
  { method = 'POST', path }: { method?: string; path?: string } = {},
): Promise<Handshake> => {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const address = { host: hostname, port: Number(port) };
  const socket = protocol === 'https:' ? connectTls({ ...address, rejectUnauthorized: false }) : connect(address);
  const lines = Object.entries({ Host: 'test', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${path ?? `${pathname}${search}`} HTTP/1.1\r\n${lines.join('')}\r\n`);
  let answer = Buffer.alloc(0);
  while (!answer.includes('\r\n\r\n')) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    answer = Buffer.concat([answer, chunk]);
  }
  socket.pause();
  const end = answer.indexOf('\r\n\r\n') + 4;
  if (end < answer.length) socket.unshift(answer.subarray(end));
  const head = answer.toString('latin1', 0, end);
  return { status: Number(head.split(' ')[1]), head, socket };
};

export const connectSpdy = async (url: string, protocol?: string): Promise<SpdyClient> => {
  const version = protocol === undefined ? {} : { 'X-Stream-Protocol-Version': protocol };
  const { status, socket } = await handshake(url, { Connection: 'Upgrade', Upgrade: 'SPDY/3.1', ...version });
  if (status !== 101) throw new Error(`no upgrade: ${status}`);
  return createSpdyClient(socket);
};
