import { Metadata } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Fixture, startFixture } from './grpc-fixture.ts';
import { handshake, message } from './raw-client.ts';

// Real connections on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let fixture: Fixture;
beforeEach(async () => {
  fixture = await startFixture();
});
afterEach(() => fixture.stop());

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const MODES = [
  ['localhost', 'direct'],
  ['/run/x.sock', 'rewritten'],
] as const;

describe.each(MODES)('grpc-js as the client, authority %j', (authority, mode) => {
  it('makes 200 requests in sequence, with metadata that turns the HPACK tables over', async () => {
    const client = fixture.client(authority);
    for (const count of numbers(200)) {
      const metadata = new Metadata();
      metadata.set('x-turn', `${count}`.repeat(150));
      const text = Buffer.from(`message ${count}`);
      expect(await fixture.echo(client, text, metadata)).toEqual(text);
    }
    expect(fixture.injected).toEqual([mode]);
  });

  it('makes 50 requests at once', async () => {
    const client = fixture.client(authority);
    const texts = numbers(50).map((count) => Buffer.from(`message ${count}`));
    expect(await Promise.all(texts.map((text) => fixture.echo(client, text)))).toEqual(texts);
    expect(fixture.injected).toEqual([mode]);
  });

  it('moves 4 MB both ways, four times at once', async () => {
    const client = fixture.client(authority);
    const big = Buffer.alloc(4 * 1024 * 1024, 'janus');
    const replies = await Promise.all(numbers(4).map(() => fixture.echo(client, big)));
    expect(replies.every((reply) => reply.equals(big))).toBe(true);
  });
});

describe('a client that sends as gRPC for Go', () => {
  it.each([
    ['/run/x.sock', 'rewritten'],
    ['', 'rewritten'],
    ['unix:/x', 'rewritten'],
    ['/', 'rewritten'],
    ['%2Frun%2Fx.sock', 'direct'],
    ['localhost', 'direct'],
  ] as const)('authority %j', async (authority, mode) => {
    const client = await handshake(fixture.path);
    for (const count of numbers(200)) {
      const body = message(Buffer.from(`${count}`));
      const extra = [{ name: 'x-turn', value: `${count}`.repeat(100) }];
      expect(await client.request(authority, body, extra)).toEqual({ outcome: 'ended', data: body });
    }
    const bodies = numbers(50).map((count) => message(Buffer.from(`at once ${count}`)));
    const replies = await Promise.all(bodies.map((body) => client.request(authority, body)));
    expect(replies).toEqual(bodies.map((data) => ({ outcome: 'ended', data })));
    expect(fixture.injected).toEqual([mode]);
    client.socket.destroy();
  });

  it('is served in whatever pieces its bytes arrive', async () => {
    const client = await handshake(fixture.path);
    const body = message(Buffer.from('piece by piece'));
    const write = client.socket.write.bind(client.socket);
    const pieces: Buffer[] = [];
    client.socket.write = (bytes: string | Uint8Array) => pieces.push(Buffer.from(bytes)) > 0;
    const reply = client.request('/run/x.sock', body);
    client.socket.write = write;
    for (const byte of Buffer.concat(pieces)) await new Promise((resolve) => write(Buffer.from([byte]), resolve));
    expect(await reply).toEqual({ outcome: 'ended', data: body });
    client.socket.destroy();
  });
});

describe('what counts as legal', () => {
  it('is legal for the server', async () => {
    const client = await handshake(fixture.path);
    for (const char of "azAZ09-._~%!$&'()*+,;=:[]") {
      const body = message(Buffer.from(char));
      expect([char, await client.request(char, body)]).toEqual([char, { outcome: 'ended', data: body }]);
    }
    expect(fixture.injected).toEqual(['direct']);
    client.socket.destroy();
  });

  it('is needed: on its own the server resets the requests of gRPC for Go', async () => {
    const client = await handshake(fixture.path);
    await client.request('localhost', message(Buffer.alloc(0)));
    expect(await client.request('/run/x.sock', message(Buffer.alloc(0)))).toMatchObject({ outcome: 'reset' });
    client.socket.destroy();
  });
});
