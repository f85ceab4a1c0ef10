import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Duplex, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type SpdyOptions, serveSpdy } from '../../../../src/streaming/spdy/connection.ts';
import { dataHeader } from '../../../../src/streaming/spdy/encoder.ts';
import type { SpdyStream } from '../../../../src/streaming/spdy/stream.ts';
import type { Wire } from '../../../../src/streaming/wire.ts';
import { createSpdyClient, rawControl, type SpdyClient, settingsFrame, windowUpdateFrame } from '../spdy-client.ts';

let listener: Server;

beforeEach(async () => {
  listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
});

afterEach(() => {
  listener.close();
});

interface Served {
  readonly client: SpdyClient;
  readonly wire: Wire;
  readonly streams: SpdyStream[];
  readonly socket: Socket;
  readonly onActivity: () => void;
}

/** Not events.once: that rejects for the error with which a stream is destroyed. */
const closed = (stream: SpdyStream | undefined): Promise<void> =>
  new Promise((resolve) => {
    stream?.duplex.once('close', resolve);
  });

const serve = async (options: Partial<SpdyOptions> = {}): Promise<Served> => {
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const accepting = once(listener, 'connection');
  const client = createSpdyClient(connect(port, '127.0.0.1'));
  const [socket] = (await accepting) as [Socket];
  const streams: SpdyStream[] = [];
  const acceptor = { admits: () => true, opened: (stream: SpdyStream) => streams.push(stream) };
  const onActivity = vi.fn();
  const wire = serveSpdy(socket, { acceptor, maxStreams: 8, onActivity, ...options });
  return { client, wire, streams, socket, onActivity };
};

test('opens a stream with its headers, and carries both directions until each has ended', async () => {
  const { client, streams } = await serve();
  const stream = client.open({ streamtype: 'data', port: '80' });
  expect(await stream.accepted).toBe(true);
  const [served] = streams;
  expect(served?.headers).toEqual(
    new Map([
      ['streamtype', 'data'],
      ['port', '80'],
    ]),
  );
  stream.write('ping');
  stream.end();
  expect(await text(served?.duplex ?? Readable.from([]))).toBe('ping');
  served?.duplex.end('pong');
  expect(await stream.ended).toBe('fin');
  expect(stream.text()).toBe('pong');
  client.transport.destroy();
});

test('a stream may end with its first frame', async () => {
  const { client, streams } = await serve();
  await client.open({ a: 'b' }, { fin: true }).accepted;
  expect(await text(streams[0]?.duplex ?? Readable.from([]))).toBe('');
  client.transport.destroy();
});

test('refuses what the acceptor does not admit, and streams over the limit', async () => {
  const acceptor = { admits: (headers: ReadonlyMap<string, string>) => headers.has('good'), opened: () => undefined };
  const { client } = await serve({ acceptor, maxStreams: 2 });
  const opened = [{ bad: '1' }, { good: '1' }, { good: '2' }, { good: '3' }].map(
    (headers) => client.open(headers).accepted,
  );
  expect(await Promise.all(opened)).toEqual([false, true, true, false]);
  client.transport.destroy();
});

test('a stream that is over makes room for another', async () => {
  const { client, streams } = await serve({ maxStreams: 1 });
  const first = client.open({ n: '1' });
  await first.accepted;
  first.end();
  const over = closed(streams[0]);
  streams[0]?.duplex.resume().end();
  await over;
  expect(await client.open({ n: '2' }).accepted).toBe(true);
  client.transport.destroy();
});

test('a reset by the client destroys the stream and no other', async () => {
  const { client, streams, wire } = await serve();
  const [reset, other] = [client.open({ n: '1' }), client.open({ n: '2' })];
  await other.accepted;
  const destroyed = closed(streams[0]);
  reset.reset();
  await destroyed;
  streams[1]?.duplex.end('still here');
  await other.ended;
  expect(other.text()).toBe('still here');
  expect(wire.gone.aborted).toBe(false);
  client.transport.destroy();
});

test('a stream that this side destroys is reset, and what still comes for it is dropped', async () => {
  const { client, streams } = await serve();
  const stream = client.open({ n: '1' });
  await stream.accepted;
  streams[0]?.duplex.destroy();
  expect(await stream.ended).toBe('reset');
  for (let i = 0; i < 100; i++) stream.write(Buffer.alloc(64 * 1024));
  await client.ping(1);
  client.transport.destroy();
});

test('answers pings of the client, and takes even ones for answers to its own', async () => {
  const { client, wire } = await serve();
  await client.ping(7);
  const own = client.ping(2);
  wire.ping();
  await own;
  client.transport.destroy();
});

test('pings that answer ours are no activity', async () => {
  const { client, wire, onActivity } = await serve();
  const pinged = client.ping(2);
  wire.ping();
  await pinged;
  await client.ping(3);
  expect(onActivity).toHaveBeenCalledTimes(1);
  client.transport.destroy();
});

test('frames without a meaning here change nothing', async () => {
  const { client } = await serve();
  client.raw(Buffer.concat([settingsFrame, windowUpdateFrame, rawControl(99, Buffer.alloc(100))]));
  client.raw(dataHeader(41, 0, true));
  await client.ping(1);
  client.transport.destroy();
});

test.each([
  ['another version', rawControl(6, Buffer.alloc(4), 2)],
  ['an oversized control frame', rawControl(1, Buffer.alloc(17 * 1024))],
  ['a stream without headers', rawControl(1, Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.alloc(6)]))],
])('says goodbye with a protocol error after %s', async (_name, bytes) => {
  const { client, wire } = await serve();
  client.raw(bytes);
  expect(await client.farewell).toBe(1);
  expect(wire.gone.aborted).toBe(true);
  await wire.close();
});

test.each([
  ['an even id', [{ id: 2 }]],
  ['an id twice', [{ id: 5 }, { id: 5 }]],
  ['a lower id', [{ id: 5 }, { id: 3 }]],
])('says goodbye with a protocol error after %s', async (_name, ids) => {
  const { client } = await serve();
  for (const id of ids) client.open({ a: 'b' }, id);
  expect(await client.farewell).toBe(1);
});

test.each([
  ['goes without a word', (client: SpdyClient) => client.transport.destroy()],
  ['half-closes its socket', (client: SpdyClient) => client.transport.end()],
  ['says goodbye', (client: SpdyClient) => client.goaway()],
])('when the client %s, all its streams are destroyed', async (_name, leave) => {
  const { client, wire, streams } = await serve();
  await client.open({ a: 'b' }).accepted;
  const destroyed = closed(streams[0]);
  leave(client);
  await destroyed;
  expect(wire.gone.aborted).toBe(true);
  await wire.close();
});

test('closing says goodbye, resets what is open and waits for the client', async () => {
  const { client, wire, socket } = await serve();
  const stream = client.open({ a: 'b' });
  await stream.accepted;
  await wire.close();
  expect(await stream.ended).toBe('reset');
  expect(await client.farewell).toBe(0);
  expect(socket.destroyed).toBe(true);
});

test('closing does not wait for ever for a client that does not hang up', async () => {
  const { client, wire, socket } = await serve();
  await client.ping(1);
  client.transport.removeAllListeners('data').pause();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const closed = wire.close();
  vi.runAllTimers();
  vi.useRealTimers();
  await closed;
  expect(socket.destroyed).toBe(true);
  client.transport.destroy();
});

test('a reader that is behind holds the client back, and loses nothing', async () => {
  const { client, streams } = await serve();
  const stream = client.open({ n: '1' });
  await stream.accepted;
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const total = 16 * 1024 * 1024;
  for (let sent = 0; sent < total; sent += chunk.length) stream.write(chunk);
  stream.end();
  const [served] = streams;
  await vi.waitFor(() => expect(served?.duplex.readableLength).toBeGreaterThan(64 * 1024));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(served?.duplex.readableLength).toBeLessThan(512 * 1024);
  let received = 0;
  for await (const part of served?.duplex ?? []) received += (part as Buffer).length;
  expect(received).toBe(total);
  client.transport.destroy();
});

test('a client that is behind holds the writer back', async () => {
  const { client, streams } = await serve();
  await client.open({ n: '1' }).accepted;
  client.transport.pause();
  const output = streams[0]?.duplex;
  let taken = 0;
  const chunk = Buffer.alloc(256 * 1024);
  const fill = (): void => {
    output?.write(chunk, (error) => {
      if (error) return;
      taken += chunk.length;
      if (taken < 1024 * 1024 * 1024) fill();
    });
  };
  fill();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(taken).toBeLessThan(64 * 1024 * 1024);
  client.transport.destroy();
});

test('a client that floods this side with pings and reads no answer is cut off', async () => {
  const transport = new Duplex({ read: () => undefined, write: () => undefined });
  const acceptor = { admits: () => true, opened: () => undefined };
  const wire = serveSpdy(transport, { acceptor, maxStreams: 1, onActivity: () => undefined });
  const flood = Buffer.concat(Array.from({ length: 8192 }, () => rawControl(6, Buffer.from([0, 0, 0, 1]))));
  transport.push(flood);
  await new Promise((resolve) => wire.gone.addEventListener('abort', resolve));
  expect(wire.gone.reason).toMatchObject({ message: 'client does not read its answers' });
  expect(transport.writableLength).toBeLessThan(128 * 1024);
  transport.destroy();
});
