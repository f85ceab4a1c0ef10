import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FrontOptions } from '../../../src/server/http2-front/front.ts';
import { allGone, echoes, type Fixture, startFixture } from './grpc-fixture.ts';
import { createEncoder, goRequest } from './hpack-model.ts';
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
  it('sends the oldest that says nothing away for a newcomer, which is served at once', async () => {
    const server = await start({ maxOpening: 2 });
    const [oldest, other] = [open(server.path), open(server.path)];
    await Promise.all([oldest.received(SETTINGS), other.received(SETTINGS)]);
    expect(await echoes(server)).toBe(true);
    await oldest.closed;
    expect(oldest.frames.find(({ type }) => type === GOAWAY)).toBeDefined();
    expect(other.socket.closed).toBe(false);
    expect(server.errors).toEqual(['refused an HTTP/2 connection: no complete request in time']);
    other.socket.destroy();
  });

  it('keeps the oldest if it only has nothing to ask yet', async () => {
    const server = await start({ maxOpening: 1 });
    const idle = await handshake(server.path);
    expect(await echoes(server)).toBe(true);
    expect(await idle.request('/run/x.sock', Buffer.alloc(0))).toMatchObject({ outcome: 'ended' });
    expect(server.errors).toEqual([]);
    idle.socket.destroy();
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
