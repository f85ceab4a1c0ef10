import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FrontOptions } from '../../../src/server/http2-front/front.ts';
import { type Fixture, startFixture } from './grpc-fixture.ts';
import { AS_GO, createEncoder, goRequest, literal } from './hpack-model.ts';
import { goAwayCode, handshake, message, open } from './raw-client.ts';
import {
  ACK,
  DATA,
  END_HEADERS,
  END_STREAM,
  frame,
  GOAWAY,
  HEADERS,
  PING,
  PREFACE,
  SETTINGS,
  settings,
  settingsAck,
} from './wire.ts';

// Real connections on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let fixture: Fixture | undefined;
const start = async (options?: Partial<FrontOptions>): Promise<Fixture> => {
  fixture = await startFixture(options);
  return fixture;
};
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

const hello = Buffer.concat([PREFACE, settings()]);
const echoes = async ({ path }: Fixture, authority = '/run/x.sock'): Promise<boolean> => {
  const client = await handshake(path);
  const { data } = await client.request(authority, message(Buffer.from('still here')));
  client.socket.destroy();
  await client.closed;
  return data.includes('still here');
};
const connections = ({ front }: Fixture): Promise<number> =>
  new Promise((resolve, reject) =>
    front.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
const allGone = async (from: Fixture): Promise<void> => {
  while ((await connections(from)) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('a client that is slow', () => {
  const request = frame(HEADERS, END_HEADERS, 1, createEncoder()(goRequest('localhost')));

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half a preface', PREFACE.subarray(0, 12)],
    ['half a request', Buffer.concat([hello, settingsAck(), request.subarray(0, 20)])],
  ])('and sends %s is sent away', async (_, bytes) => {
    const server = await start({ openingTimeout: 100 });
    const client = open(server.path);
    client.socket.write(bytes);
    await client.closed;
    expect(goAwayCode(client.frames)).toBe(0);
    expect(server.errors).toEqual(['refused an HTTP/2 connection: no complete request in time']);
    await allGone(server);
  });

  it('is sent away although it sends a byte now and then', async () => {
    const server = await start({ openingTimeout: 200 });
    const client = open(server.path);
    let at = 0;
    const drip = setInterval(() => client.socket.write(PREFACE.subarray(at % 23, (at++ % 23) + 1)), 30);
    await client.closed;
    clearInterval(drip);
    expect(server.injected).toEqual([]);
  });

  it('but complete in its handshake is kept, and served when it comes back', async () => {
    const server = await start({ openingTimeout: 400 });
    const client = await handshake(server.path);
    while (server.injected.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await client.request('/run/x.sock', message(Buffer.from('late')))).toMatchObject({ outcome: 'ended' });
    expect(await client.request('localhost', message(Buffer.from('later')))).toMatchObject({ outcome: 'ended' });
    client.socket.destroy();
  });

  it('to acknowledge SETTINGS is served without', async () => {
    const server = await start();
    const socket = connect(server.path);
    socket.write(Buffer.concat([hello, request, frame(DATA, END_STREAM, 1, message(Buffer.from('unacknowledged')))]));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    while (!received.includes('unacknowledged')) await once(socket, 'data');
    expect(server.injected).toEqual(['rewritten']);
    socket.destroy();
  });
});

describe('a client that does as it likes', () => {
  const block = createEncoder()(goRequest('/run/x.sock'));
  const legal = createEncoder()(goRequest('localhost'));
  const request = frame(HEADERS, END_HEADERS, 1, block);
  const script = Buffer.concat([hello, settingsAck(), request, frame(DATA, END_STREAM, 1, message(Buffer.from('x')))]);

  it('may go away after any byte', async () => {
    const server = await start();
    for (let length = 0; length <= script.length; length += 1) {
      const socket = connect(server.path);
      await once(socket, 'connect');
      if (length > 0) await new Promise((resolve) => socket.write(script.subarray(0, length), resolve));
      if (length % 2 === 0) socket.destroy();
      else socket.end();
      socket.resume();
    }
    await allGone(server);
    expect(await echoes(server)).toBe(true);
  });

  it.each([
    ['localhost', legal],
    ['/run/x.sock', block],
  ])('may go away in the middle of messages, authority %j', async (_, headers) => {
    const server = await start();
    for (let count = 0; count < 20; count += 1) {
      const client = await handshake(server.path);
      const part = frame(DATA, 0, 1, message(Buffer.alloc(16_000)).subarray(0, 10_000));
      client.socket.write(Buffer.concat([frame(HEADERS, END_HEADERS, 1, headers), part]));
      if (count % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      client.socket.destroy();
    }
    await allGone(server);
    expect(await echoes(server)).toBe(true);
  });

  it.each([
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a frame above 16 KiB first', Buffer.concat([PREFACE, Buffer.from([0xff, 0xff, 0xff, 4, 0, 0, 0, 0, 0])])],
    ['zeros', Buffer.alloc(100_000)],
    ['garbage after the handshake', Buffer.concat([hello, settingsAck(), Buffer.alloc(5000, 0xee)])],
    [
      'garbage after a legal request',
      Buffer.concat([hello, settingsAck(), frame(HEADERS, END_HEADERS, 1, legal), Buffer.alloc(50_000, 0xee)]),
    ],
    ['garbage after an illegal request', Buffer.concat([script, Buffer.alloc(50_000, 0xee)])],
    [
      'a header block without end',
      Buffer.concat([
        hello,
        settingsAck(),
        frame(HEADERS, 0, 1, block),
        ...Array.from({ length: 300 }, () => frame(9, 0, 1, literal({ name: 'x', value: 'y'.repeat(1000) }, AS_GO))),
      ]),
    ],
    [
      'acknowledgements without end',
      Buffer.concat([
        hello,
        ...Array.from({ length: 1000 }, () => frame(SETTINGS, ACK, 0)),
        script.subarray(hello.length),
      ]),
    ],
  ])('may send %s: it is told off, and others are served', async (_, bytes) => {
    const server = await start();
    const other = await handshake(server.path);
    await other.request('/run/x.sock', message(Buffer.from('before')));
    const client = open(server.path);
    client.socket.write(bytes);
    await Promise.race([client.received(GOAWAY), client.closed]);
    client.socket.destroy();
    const after = message(Buffer.from('after'));
    expect(await other.request('/run/x.sock', after)).toEqual({ outcome: 'ended', data: after });
    expect(await echoes(server, 'localhost')).toBe(true);
    other.socket.destroy();
    await allGone(server);
  });

  it('may send a malformed header block: it is told off, and others are served', async () => {
    const server = await start();
    const client = open(server.path);
    client.socket.write(Buffer.concat([hello, settingsAck(), frame(HEADERS, END_HEADERS, 1, Buffer.alloc(30, 0xff))]));
    await client.received(GOAWAY);
    expect(goAwayCode(client.frames)).toBe(9);
    client.socket.destroy();
    // Node 20 keeps the session until the server shuts down, so there is no waiting for its end.
    expect(await echoes(server)).toBe(true);
  });

  it('may stop reading: the server is held back, and goes on when it reads again', async () => {
    const server = await start();
    const client = server.client('/run/x.sock');
    const raw = await handshake(server.path);
    raw.socket.pause();
    const replies = Array.from({ length: 100 }, (_, n) => raw.request('/run/x.sock', message(Buffer.alloc(500, n))));
    expect(await server.echo(client, Buffer.from('others are served'))).toHaveLength(17);
    raw.socket.resume();
    expect((await Promise.all(replies)).every(({ outcome, data }) => outcome === 'ended' && data.length === 505)).toBe(
      true,
    );
    raw.socket.destroy();
  });
});

describe('the handover', () => {
  it('gives the server more than a socket buffers, in order', async () => {
    const server = await start();
    const socket = connect(server.path);
    const body = message(Buffer.alloc(60_000, 'order'));
    const chunks = Array.from({ length: 4 }, (_, n) =>
      frame(DATA, n === 3 ? END_STREAM : 0, 1, body.subarray(n * 16_000, (n + 1) * 16_000)),
    );
    const legal = createEncoder()(goRequest('localhost'));
    socket.write(Buffer.concat([hello, frame(HEADERS, END_HEADERS, 1, legal), ...chunks, settingsAck()]));
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
    });
    while (received < body.length) await once(socket, 'data');
    expect(server.injected).toEqual(['direct']);
    socket.destroy();
  });

  it('answers a PING that comes before any request', async () => {
    const server = await start();
    const client = await handshake(server.path);
    client.socket.write(frame(PING, 0, 0, Buffer.from('12345678')));
    expect(await client.received(PING)).toMatchObject({ flags: ACK, payload: Buffer.from('12345678') });
    client.socket.destroy();
  });

  it('ends the connection when the server does not take it', async () => {
    const server = await start({
      inject: () => {
        throw new Error('no');
      },
    });
    const client = await handshake(server.path);
    expect(await client.request('localhost', Buffer.alloc(0))).toMatchObject({ outcome: 'reset' });
    expect(server.errors).toEqual(['an HTTP/2 connection could not be taken over']);
  });
});

describe('limits and the end', () => {
  it('has no more connections without a request than allowed', async () => {
    const server = await start({ maxOpening: 2 });
    const waiting = [open(server.path), open(server.path)];
    await Promise.all(waiting.map((client) => client.received(SETTINGS)));
    const refused = open(server.path);
    await refused.closed;
    expect(refused.frames).toEqual([]);
    waiting[0]?.socket.destroy();
    while ((await connections(server)) > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await echoes(server)).toBe(true);
    for (const client of waiting) client.socket.destroy();
  });

  it('sends waiting clients away when it closes, and accepts no more', async () => {
    const server = await start();
    const silent = open(server.path);
    const idle = await handshake(server.path);
    await silent.received(SETTINGS);
    await server.front.close();
    await Promise.all([silent.closed, idle.closed]);
    for (const client of [silent, idle]) expect(client.frames.find(({ type }) => type === GOAWAY)).toBeDefined();
    const late = connect(server.path);
    await expect(once(late, 'connect')).rejects.toThrow();
  });

  it('closes although it never listened, and more than once', async () => {
    const server = await start();
    await Promise.all([server.front.close(), server.front.close()]);
  });
});
