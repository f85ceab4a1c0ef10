import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';

export interface ChannelClient {
  readonly socket: WebSocket;
  /** Each message as it came: channel number and bytes. */
  readonly messages: { readonly channel: number; readonly bytes: Buffer }[];
  text(channel: number): string;
  send(channel: number, bytes: Buffer | string): void;
  /** Half-closes a channel, as version 5 does. */
  close(channel: number): void;
  /** The code with which the connection was closed. */
  readonly closed: Promise<number>;
}

/** A client of Kubernetes' channels. */
export const connectChannels = async (url: string, protocol?: string): Promise<ChannelClient> => {
  const socket = new WebSocket(url.replace('http', 'ws'), protocol === undefined ? [] : [protocol]);
  const base64 = protocol?.includes('base64');
  const messages: ChannelClient['messages'] = [];
  socket.on('message', (message: Buffer, isBinary) => {
    const rest = message.subarray(1);
    if (isBinary) messages.push({ channel: message.readUInt8(0), bytes: rest });
    else messages.push({ channel: message.readUInt8(0) - 48, bytes: Buffer.from(rest.toString(), 'base64') });
  });
  const closed = once(socket, 'close').then(([code]) => code as number);
  await once(socket, 'open');
  return {
    socket,
    messages,
    text: (channel) =>
      Buffer.concat(messages.filter((one) => one.channel === channel).map(({ bytes }) => bytes)).toString(),
    send: (channel, bytes) => {
      if (base64) socket.send(`${channel}${Buffer.from(bytes).toString('base64')}`);
      else socket.send(Buffer.concat([Buffer.of(channel), Buffer.from(bytes)]));
    },
    close: (channel) => socket.send(Buffer.of(255, channel)),
    closed,
  };
};

const BINARY = 2;
const CLOSE = 8;

/** A client's frame; masked with zeros, which leave the payload as it is. */
const frame = (opcode: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(14);
  head.writeUInt8(0x80 | opcode, 0);
  head.writeUInt8(0x80 | 127, 1);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
};

interface Received {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly rest: Buffer;
}

const parse = (bytes: Buffer): Received | undefined => {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < start) return undefined;
  const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < start + length) return undefined;
  const payload = bytes.subarray(start, start + length);
  return { opcode: bytes.readUInt8(0) & 0x0f, payload, rest: bytes.subarray(start + length) };
};

/** The bytes inside of binary messages; by hand, because `ws` refuses to ask for a protocol with a slash in its name. */
export const tunnel = (socket: Socket): Duplex => {
  let buffered: Buffer = Buffer.alloc(0);
  const duplex = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => socket.write(frame(BINARY, chunk), done),
    final: (done) => socket.write(frame(CLOSE, Buffer.from([0x03, 0xe8])), done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('error', () => undefined).on('close', () => duplex.destroy());
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (let next = parse(buffered); next; next = parse(buffered)) {
      buffered = next.rest;
      if (next.opcode === BINARY) duplex.push(next.payload);
      if (next.opcode === CLOSE) duplex.end();
    }
  });
  socket.resume();
  return duplex;
};
