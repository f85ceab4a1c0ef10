import { once } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { handshake } from './spdy-client.ts';
import { program, startServer } from './test-server.ts';
import { connectChannels } from './ws-client.ts';

const V5 = 'v5.channel.k8s.io';
const V4 = 'v4.channel.k8s.io';
const [STDIN, STDOUT, STDERR, ERROR, RESIZE] = [0, 1, 2, 3, 4];
const NORMAL = 1000;

test('version 5 half-closes stdin', async () => {
  const { server } = await startServer();
  const client = await connectChannels(server.execUrl(program('cat')), V5);
  expect(client.socket.protocol).toBe(V5);
  client.send(STDIN, 'hello ');
  client.send(STDIN, 'world');
  client.close(STDIN);
  expect(await client.closed).toBe(NORMAL);
  expect(client.text(STDOUT)).toBe('hello world');
  expect(JSON.parse(client.text(ERROR))).toEqual({ metadata: {}, status: 'Success' });
});

test('the first message is empty, on the first channel that will carry output', async () => {
  const { server } = await startServer();
  const first = async (change: object): Promise<unknown> => {
    const client = await connectChannels(server.execUrl(program('echo x', { stdin: true, ...change })), V4);
    await client.closed;
    return client.messages[0];
  };
  const empty = Buffer.alloc(0);
  expect(await first({})).toEqual({ channel: STDOUT, bytes: empty });
  expect(await first({ stdout: false, stderr: true })).toEqual({ channel: STDERR, bytes: empty });
  expect(await first({ stdout: false })).toEqual({ channel: ERROR, bytes: empty });
});

test.each([[V5], [V4], ['v4.base64.channel.k8s.io']])('%s tells the exit code as a Status', async (protocol) => {
  const { server } = await startServer();
  const client = await connectChannels(server.execUrl(program('exit 9')), protocol);
  expect(await client.closed).toBe(NORMAL);
  expect(JSON.parse(client.text(ERROR))).toMatchObject({ details: { causes: [{ reason: 'ExitCode', message: '9' }] } });
});

test.each([['channel.k8s.io'], ['base64.channel.k8s.io'], [undefined]])(
  '%s tells failures as text',
  async (protocol) => {
    const { server } = await startServer();
    const client = await connectChannels(server.execUrl(program('fail')), protocol);
    await client.closed;
    expect(client.text(ERROR)).toBe('Internal error occurred: no such command');
    expect(client.socket.protocol).toBe(protocol ?? '');
  },
);

test('base64 carries bytes that are no text, both ways', async () => {
  const { server } = await startServer();
  const client = await connectChannels(server.execUrl(program('cat')), 'v4.base64.channel.k8s.io');
  const bytes = Buffer.from([0, 255, 128, 10, 200]);
  client.send(STDIN, bytes);
  await expect.poll(() => client.messages.some((message) => message.bytes.equals(bytes))).toBe(true);
  client.socket.close();
});

test('carries the sizes of a terminal', async () => {
  const { server, seen } = await startServer();
  const client = await connectChannels(server.execUrl(program('sizes', { tty: true })), V5);
  client.send(RESIZE, '{"Width":100,"Height":50}');
  await expect.poll(() => seen.sizes).toEqual([{ width: 100, height: 50 }]);
  client.send(RESIZE, '{"Width":0,"Height":0}');
  client.close(STDIN);
  expect(await client.closed).toBe(NORMAL);
});

test('before version 5 a message on channel 255 means nothing', async () => {
  const { server } = await startServer();
  const client = await connectChannels(server.execUrl(program('cat')), V4);
  client.close(STDIN);
  client.send(STDIN, 'still open');
  await expect.poll(() => client.text(STDOUT)).toBe('still open');
  client.socket.close();
});

test('keeps stdout and stderr apart', async () => {
  const { server } = await startServer();
  const client = await connectChannels(server.execUrl(program('echo out err', { stderr: true })), V5);
  await client.closed;
  expect([client.text(STDOUT), client.text(STDERR)]).toEqual(['out', 'err']);
});

test('big output arrives whole', async () => {
  const { server } = await startServer();
  const client = await connectChannels(server.execUrl(program('yes 8')), V5);
  expect(await client.closed).toBe(NORMAL);
  expect(client.text(STDOUT) === 'yes\n'.repeat(2 * 1024 * 1024)).toBe(true);
});

test('aborts the command when the client goes', async () => {
  const { server, seen } = await startServer();
  const client = await connectChannels(server.execUrl(program('sleep')), V5);
  await expect.poll(() => seen.signals.length).toBe(1);
  client.socket.terminate();
  await expect.poll(() => seen.signals[0]?.aborted).toBe(true);
});

test('cuts off a client whose message is over the limit', async () => {
  const { server, seen } = await startServer({ limits: { maxMessage: 1024 } });
  const client = await connectChannels(server.execUrl(program('cat')), V5);
  client.send(STDIN, Buffer.alloc(2048));
  expect(await client.closed).toBe(1009);
  await expect.poll(() => seen.signals[0]?.aborted).toBe(true);
});

test('a process that does not read holds the client back', async () => {
  const { server } = await startServer();
  const client = await connectChannels(server.execUrl(program('deaf')), V5);
  const total = 16 * 1024 * 1024;
  for (let sent = 0; sent < total; sent += 1024 * 1024) client.send(STDIN, Buffer.alloc(1024 * 1024));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(client.socket.bufferedAmount).toBeGreaterThan(total / 2);
  client.socket.terminate();
});

test('a process that reads late misses nothing', async () => {
  const { server } = await startServer();
  const client = await connectChannels(server.execUrl(program('count')), V5);
  for (let i = 0; i < 8; i++) client.send(STDIN, Buffer.alloc(1024 * 1024));
  client.close(STDIN);
  await client.closed;
  expect(client.text(STDOUT)).toBe(String(8 * 1024 * 1024));
});

test('closing tells the client', async () => {
  const { server } = await startServer();
  const client = await connectChannels(server.execUrl(program('sleep')), V5);
  await server.close();
  expect(await client.closed).toBe(NORMAL);
  expect(JSON.parse(client.text(ERROR))).toMatchObject({ status: 'Failure' });
});

test('answers pings', async () => {
  const { server } = await startServer();
  const client = await connectChannels(server.execUrl(program('sleep')), V5);
  const pong = once(client.socket, 'pong');
  client.socket.ping('hello');
  expect(String((await pong)[0])).toBe('hello');
  client.socket.terminate();
});

test('cuts off a client that floods it with pings and reads no answer', async () => {
  const { server, seen } = await startServer();
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
  const key = { 'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64') };
  const { socket } = await handshake(server.execUrl(program('sleep')), { ...headers, ...key }, { method: 'GET' });
  socket.on('error', () => undefined);
  const ping = Buffer.concat([Buffer.from([0x89, 0x80 | 125, 0, 0, 0, 0]), Buffer.alloc(125)]);
  const pings = Buffer.concat(Array.from({ length: 500 }, () => ping));
  while (!seen.signals[0]?.aborted) {
    if (socket.writable) socket.write(pings);
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.destroy();
});

test('refuses a protocol that is unknown, or exists over SPDY only', async () => {
  const { server } = await startServer();
  for (const protocol of ['v9.channel.k8s.io', 'v3.channel.k8s.io', 'SPDY/3.1+portforward.k8s.io']) {
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Protocol': protocol };
    expect((await handshake(server.execUrl(program('cat')), headers, { method: 'GET' })).status).toBe(403);
  }
});

test('refuses what is no WebSocket handshake', async () => {
  const { server } = await startServer();
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
  expect((await handshake(server.execUrl(program('cat')), headers, { method: 'GET' })).status).toBe(400);
  expect((await handshake(server.execUrl(program('cat')), headers, { method: 'POST' })).status).toBe(405);
});

test('endures any messages', async () => {
  const { server } = await startServer();
  const message = fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 40 }));
  const protocols = fc.constantFrom(V5, V4, 'v4.base64.channel.k8s.io', 'channel.k8s.io');
  await fc.assert(
    fc.asyncProperty(protocols, fc.array(message, { maxLength: 20 }), async (protocol, messages) => {
      const socket = new WebSocket(server.execUrl(program('cat', { tty: true })).replace('http', 'ws'), protocol);
      await once(socket, 'open');
      for (const [binary, bytes] of messages) socket.send(binary ? bytes : Buffer.from(bytes).toString('latin1'));
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    }),
    { numRuns: 30 },
  );
  const client = await connectChannels(server.execUrl(program('exit 0')), V5);
  expect(await client.closed).toBe(NORMAL);
});

test('the end of the container is told on the error channel, and the close is a normal one', async () => {
  const { server, seen } = await startServer();
  const client = await connectChannels(server.execUrl(program('deaf')), V5);
  await expect.poll(() => seen.signals.length).toBe(1);
  seen.end('container c has ended');
  // Clients drop what they have not read yet on any other code.
  expect(await client.closed).toBe(1000);
  expect(JSON.parse(client.text(3))).toMatchObject({ message: expect.stringContaining('c has ended') });
});
