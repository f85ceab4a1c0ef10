import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, test } from 'vitest';
import { connectSpdy, handshake } from './spdy-client.ts';
import { program, startServer } from './test-server.ts';

const UPGRADE = { Connection: 'Upgrade', Upgrade: 'SPDY/3.1' };

test('hands out URLs that tell nothing of the request', async () => {
  const { server } = await startServer();
  expect(server.execUrl(program('cat'))).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/exec\/[\w-]{32}$/);
  expect(server.attachUrl(program('cat'))).toMatch(/\/attach\/[\w-]{32}$/);
  expect(server.portForwardUrl({ sandboxId: 's', ports: [] })).toMatch(/\/portforward\/[\w-]{32}$/);
});

test('refuses requests that break a rule, and more than may wait', async () => {
  const { server } = await startServer({ limits: { waitingRequests: 1 } });
  expect(() => server.execUrl(program('cat', { command: [] }))).toThrow(
    expect.objectContaining({ kind: 'invalid-argument' }),
  );
  server.execUrl(program('cat'));
  expect(() => server.attachUrl(program('cat'))).toThrow(expect.objectContaining({ kind: 'resource-exhausted' }));
});

test('a URL works once', async () => {
  const { server } = await startServer();
  const url = server.execUrl(program('cat'));
  const { socket } = await handshake(url, UPGRADE);
  expect((await handshake(url, UPGRADE)).status).toBe(404);
  socket.destroy();
});

test.each([
  ['an unknown token', '/exec/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  ['an unknown path', '/metrics'],
  ['a path that climbs', '/exec/../exec/x'],
  ['no token', '/exec/'],
])('answers 404 to %s', async (_name, path) => {
  const { server } = await startServer();
  const url = server.execUrl(program('cat'));
  expect((await handshake(url, UPGRADE, { path })).status).toBe(404);
  expect((await handshake(url, { Connection: 'close' }, { path, method: 'GET' })).status).toBe(404);
});

test('a token is of no use under another verb, and used up by the attempt', async () => {
  const { server } = await startServer();
  const url = server.execUrl(program('cat'));
  const path = new URL(url).pathname.replace('exec', 'attach');
  expect((await handshake(url, UPGRADE, { path })).status).toBe(404);
  expect((await handshake(url, UPGRADE)).status).toBe(404);
});

test('answers 404 when the time of a URL is over', async () => {
  const { server } = await startServer({ limits: { requestLifetime: 0 } });
  expect((await handshake(server.execUrl(program('cat')), UPGRADE)).status).toBe(404);
});

test('answers 400 to a request that is no upgrade, or to something else', async () => {
  const { server } = await startServer();
  const plain = await fetch(server.execUrl(program('cat')));
  expect([plain.status, await plain.text()]).toEqual([400, expect.stringContaining('SPDY/3.1')]);
  const other = await handshake(server.execUrl(program('cat')), { Connection: 'Upgrade', Upgrade: 'h2c' });
  expect(other.status).toBe(400);
});

test('answers 405 to other methods', async () => {
  const { server } = await startServer();
  expect((await handshake(server.execUrl(program('cat')), UPGRADE, { method: 'PUT' })).status).toBe(405);
});

test('answers 403, and what it speaks, to a client without a common protocol', async () => {
  const { server } = await startServer();
  const headers = { ...UPGRADE, 'X-Stream-Protocol-Version': 'v9.channel.k8s.io' };
  const { status, head } = await handshake(server.execUrl(program('cat')), headers);
  expect(status).toBe(403);
  expect(head).toContain('X-Accepted-Stream-Protocol-Versions: v4.channel.k8s.io, v3.channel.k8s.io');
});

test('takes the first of the protocols that a client prefers and the server speaks', async () => {
  const { server } = await startServer();
  const headers = { ...UPGRADE, 'X-Stream-Protocol-Version': 'v5.channel.k8s.io, v3.channel.k8s.io,v4.channel.k8s.io' };
  const { head, socket } = await handshake(server.execUrl(program('cat')), headers);
  expect(head).toContain('X-Stream-Protocol-Version: v3.channel.k8s.io');
  socket.destroy();
});

test('answers 503 when there are too many sessions, and keeps the URL good', async () => {
  const { server } = await startServer({ limits: { sessions: 1 } });
  const first = await handshake(server.execUrl(program('sleep')), UPGRADE);
  const url = server.execUrl(program('cat'));
  expect((await handshake(url, UPGRADE)).status).toBe(503);
  first.socket.destroy();
  await expect
    .poll(async () => {
      const { status, socket } = await handshake(url, UPGRADE);
      socket.destroy();
      return status;
    })
    .toBe(101);
});

test('endures a client that sends no HTTP', async () => {
  const { server } = await startServer();
  const { port } = new URL(server.execUrl(program('cat')));
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.write(Buffer.from([0, 1, 2, 3, 255, 13, 10, 13, 10]));
  await once(socket, 'close');
  const next = await handshake(server.execUrl(program('cat')), UPGRADE);
  expect(next.status).toBe(101);
  next.socket.destroy();
});

test('closing tells the clients of running commands, and aborts the commands', async () => {
  const { server, seen } = await startServer();
  const client = await connectSpdy(server.execUrl(program('deaf', { stdin: false })), 'v4.channel.k8s.io');
  const [error, stdout] = [client.open({ streamtype: 'error' }), client.open({ streamtype: 'stdout' })];
  await expect.poll(() => seen.signals.length).toBe(1);
  await server.close();
  expect(await error.ended).toBe('fin');
  expect(JSON.parse(error.text())).toMatchObject({ status: 'Failure', reason: 'InternalError' });
  expect(await stdout.ended).toBe('fin');
  expect(await client.farewell).toBe(0);
  expect(seen.signals[0]?.aborted).toBe(true);
});

test('closing ends sessions whose streams have not come, and invalidates URLs', async () => {
  const { server } = await startServer();
  const url = server.execUrl(program('cat'));
  const client = await connectSpdy(server.execUrl(program('cat')), 'v4.channel.k8s.io');
  await server.close();
  expect(await client.farewell).toBe(0);
  await expect(handshake(url, UPGRADE)).rejects.toThrow();
});

/** Key and certificate in one PEM, made for this run. */
const selfSigned = (): { cert: string; key: string } => {
  const options = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    '-',
    '-subj',
    '/CN=test',
  ];
  const pem = execFileSync('openssl', ['req', '-x509', ...options], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  return { cert: pem, key: pem };
};

test('serves over TLS', async () => {
  const { cert, key } = selfSigned();
  const { server } = await startServer({ tls: { cert, key }, address: '127.0.0.1' });
  const url = new URL(server.execUrl(program('exit 0')));
  expect(url.protocol).toBe('https:');
  const socket = connectTls({
    host: '127.0.0.1',
    port: Number(url.port),
    ca: cert,
    checkServerIdentity: () => undefined,
  });
  socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 400 /);
  socket.destroy();
});
