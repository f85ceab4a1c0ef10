import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { StreamingServerOptions } from '../../../src/streaming/server.ts';
import type { Seen } from './fake-backend.ts';
import { type ClientStream, connectSpdy, type SpdyClient } from './spdy-client.ts';
import { startServer } from './test-server.ts';

const setup = async (
  options: Partial<StreamingServerOptions> & { readonly ports?: readonly number[] } = {},
): Promise<{ client: SpdyClient; seen: Seen }> => {
  const { ports = [], ...rest } = options;
  const { server, seen } = await startServer(rest);
  const client = await connectSpdy(server.portForwardUrl({ sandboxId: 'box', ports }), 'portforward.k8s.io');
  return { client, seen };
};

let requests = 0;

/** As Go's client does: the error stream first, half-closed at once. */
const forward = (client: SpdyClient, port: number | string, requestid = String(++requests)) => {
  const pair = { port: String(port), requestid };
  const error = client.open({ ...pair, streamtype: 'error' }, { fin: true });
  return { error, data: client.open({ ...pair, streamtype: 'data' }) };
};

const ended = ({ data, error }: { data: ClientStream; error: ClientStream }) => Promise.all([data.ended, error.ended]);

test('carries a connection, each direction until it ends', async () => {
  const { client, seen } = await setup();
  const connection = forward(client, 7);
  connection.data.write('echo');
  connection.data.end();
  expect(await ended(connection)).toEqual(['fin', 'fin']);
  expect(connection.data.text()).toBe('echo');
  expect(connection.error.text()).toBe('');
  expect(seen.forwarded).toEqual([{ sandboxId: 'box', port: 7 }]);
  client.transport.destroy();
});

test('carries many connections at once, none mixed up with another', async () => {
  const { client } = await setup();
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const transfers = Array.from({ length: 20 }, async () => {
    const bytes = randomBytes(300_000);
    const connection = forward(client, 7);
    for (let i = 0; i < bytes.length; i += 50_000) connection.data.write(bytes.subarray(i, i + 50_000));
    connection.data.end();
    await ended(connection);
    expect(digest(Buffer.concat(connection.data.received))).toBe(digest(bytes));
  });
  await Promise.all(transfers);
  client.transport.destroy();
});

test('streams without a request id belong together when their ids do', async () => {
  const { client, seen } = await setup();
  const error = client.open({ streamtype: 'error', port: '7' });
  const data = client.open({ streamtype: 'data', port: '7' });
  data.write('old');
  data.end();
  await ended({ data, error });
  expect(data.text()).toBe('old');
  expect(seen.forwarded).toHaveLength(1);
  client.transport.destroy();
});

test('the data stream may come first', async () => {
  const { client } = await setup();
  const data = client.open({ streamtype: 'data', port: '7', requestid: 'x' });
  const error = client.open({ streamtype: 'error', port: '7', requestid: 'x' });
  data.write('first');
  data.end();
  await ended({ data, error });
  expect(data.text()).toBe('first');
  client.transport.destroy();
});

test.each([['0'], ['65536'], ['-1'], ['+80'], ['80x'], ['0x50'], ['']])('refuses port %j', async (port) => {
  const { client } = await setup();
  const { data, error } = forward(client, port);
  expect(await Promise.all([data.accepted, error.accepted])).toEqual([false, false]);
  client.transport.destroy();
});

test('a request that names ports is for these only', async () => {
  const { client, seen } = await setup({ ports: [7, 19] });
  const other = forward(client, 9);
  await ended(other);
  expect(other.error.text()).toBe('port 9 is not among the ports that were asked for');
  const named = forward(client, 7);
  named.data.end();
  expect(await ended(named)).toEqual(['fin', 'fin']);
  expect(seen.forwarded).toEqual([{ sandboxId: 'box', port: 7 }]);
  client.transport.destroy();
});

test('refuses a stream of an unknown type, and one that is there already', async () => {
  const { client } = await setup();
  const open = (streamtype: string) => client.open({ streamtype, port: '7', requestid: 'x' }).accepted;
  expect(await Promise.all([open('stdin'), open('error'), open('error')])).toEqual([false, true, false]);
  client.transport.destroy();
});

test('a port that cannot be reached is told on the error stream', async () => {
  const { client } = await setup();
  const connection = forward(client, 113);
  await ended(connection);
  expect(connection.error.text()).toBe('error forwarding port 113 to sandbox box: connection refused');
  client.transport.destroy();
});

test('a connection that the pod cuts ends without a text, and the others go on', async () => {
  const { client } = await setup();
  const cut = forward(client, 104);
  expect(await ended(cut)).toEqual(['reset', 'fin']);
  expect(cut.error.text()).toBe('');
  const other = forward(client, 7);
  other.data.end();
  expect(await ended(other)).toEqual(['fin', 'fin']);
  client.transport.destroy();
});

test('a connection that the client resets is aborted, and no other', async () => {
  const { client, seen } = await setup();
  const [reset, other] = [forward(client, 1), forward(client, 2)];
  await expect.poll(() => seen.signals.length).toBe(2);
  reset.data.reset();
  expect(await reset.error.ended).toBe('fin');
  expect(reset.error.text()).toBe('');
  expect(seen.signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  client.transport.destroy();
  await other.data.ended;
});

test('all connections are aborted when the client goes', async () => {
  const { client, seen } = await setup();
  for (let i = 0; i < 15; i++) forward(client, 1);
  await expect.poll(() => seen.signals.length).toBe(15);
  client.transport.destroy();
  await expect.poll(() => seen.signals.every(({ aborted }) => aborted)).toBe(true);
});

test('a pair that does not become complete in time is ended', async () => {
  const { client, seen } = await setup({ creationTimeout: 20 });
  const error = client.open({ streamtype: 'error', port: '7', requestid: 'a' }, { fin: true });
  const data = client.open({ streamtype: 'data', port: '7', requestid: 'b' });
  expect(await Promise.all([error.ended, data.ended])).toEqual(['fin', 'reset']);
  expect(error.text()).toContain('timed out');
  expect(seen.forwarded).toEqual([]);
  client.transport.destroy();
});

test('refuses more connections than it carries at once, until one has ended', async () => {
  const { client, seen } = await setup({ limits: { maxConnections: 2 } });
  const [first] = [forward(client, 7), forward(client, 1)];
  await expect.poll(() => seen.forwarded.length).toBe(2);
  const third = forward(client, 7);
  expect(await third.error.accepted).toBe(false);
  first.data.end();
  await ended(first);
  await expect.poll(() => forward(client, 7).error.accepted).toBe(true);
  client.transport.destroy();
});

test('an idle session ends', async () => {
  const { client } = await setup({ idleTimeout: 30 });
  expect(await client.farewell).toBe(0);
});

test('the end of the sandbox ends the session, and every open connection is told', async () => {
  const { client, seen } = await setup();
  const open = [forward(client, 1), forward(client, 2)];
  await expect.poll(() => seen.signals.length).toBe(2);
  seen.end('sandbox box has been stopped');
  expect(await client.farewell).toBe(0);
  expect(open.map(({ error }) => error.text())).toEqual([
    'error forwarding port 1 to sandbox box: sandbox box has been stopped',
    'error forwarding port 2 to sandbox box: sandbox box has been stopped',
  ]);
  expect(await Promise.all(open.map(({ error }) => error.ended))).toEqual(['fin', 'fin']);
});

test('a session without a connection ends with its sandbox, too', async () => {
  const { client, seen } = await setup();
  seen.end('sandbox box has been stopped');
  expect(await client.farewell).toBe(0);
});
