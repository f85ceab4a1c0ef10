import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRewriter } from '../../../src/server/http2-front/rewriter.ts';
import { rewritingStream } from '../../../src/server/http2-front/rewriting-stream.ts';
import { DATA, frame } from './wire.ts';

let directory: string;
let server: Server;
let peer: Socket;
let socket: Socket;
let stream: Duplex;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'http2-front-'));
  server = createServer();
  await once(server.listen(join(directory, 'pair.sock')), 'listening');
  const accepted = once(server, 'connection');
  peer = connect(join(directory, 'pair.sock'));
  peer.on('error', () => {});
  [socket] = await accepted;
  stream = rewritingStream(socket, { rewriter: createRewriter(), kept: [Buffer.from('kept ')] });
});

afterEach(async () => {
  peer.destroy();
  stream.destroy();
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
const big = Buffer.concat(Array.from({ length: 400 }, (_, n) => frame(DATA, 0, 1, Buffer.alloc(16_384, n))));

describe('from the client', () => {
  it('gives what was kept, then what comes, also a frame that stays cut, then the end', async () => {
    peer.end(Buffer.concat([big, Buffer.from([0, 0, 9, 1])]));
    const expected = Buffer.concat([Buffer.from('kept '), big, Buffer.from([0, 0, 9, 1])]);
    expect((await buffer(stream)).equals(expected)).toBe(true);
  });

  it('reads no further than its reader does', async () => {
    peer.write(big);
    await settle();
    expect(socket.isPaused()).toBe(true);
    expect(stream.readableLength).toBeLessThan(200_000);
    expect(peer.writableLength).toBeGreaterThan(0);
    peer.end();
    expect(await buffer(stream)).toHaveLength('kept '.length + big.length);
  });
});

describe('to the client', () => {
  it('is done with a write when the socket is', async () => {
    let written = false;
    stream.write(big, () => {
      written = true;
    });
    await settle();
    expect(written).toBe(false);
    expect(stream.writableNeedDrain).toBe(true);
    stream.end();
    expect((await buffer(peer)).equals(big)).toBe(true);
    expect(written).toBe(true);
  });

  it('keeps the order of writes gathered into one', async () => {
    stream.cork();
    for (const text of ['a', 'b', 'c']) stream.write(text);
    stream.uncork();
    stream.end('d');
    expect((await buffer(peer)).toString()).toBe('abcd');
  });
});

describe('the end', () => {
  it('of the client’s connection closes the stream', async () => {
    const closed = once(stream, 'close');
    stream.resume();
    peer.destroy();
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it('by destroying the socket closes the stream', async () => {
    const closed = once(stream, 'close');
    socket.destroy();
    await closed;
    expect(stream.destroyed).toBe(true);
  });

  it('by an error of the socket closes the stream, and ends nothing else', async () => {
    const failed = once(stream, 'error');
    socket.destroy(new Error('broken'));
    expect(await failed).toMatchObject([{ message: 'broken' }]);
  });

  it('of the stream closes the client’s connection', async () => {
    const closed = once(peer, 'close');
    peer.resume();
    stream.destroy();
    await closed;
    expect(socket.destroyed).toBe(true);
  });
});
