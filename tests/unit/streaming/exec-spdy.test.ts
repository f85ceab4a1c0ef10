import { expect, test } from 'vitest';
import type { ExecRequest } from '../../../src/streaming/backend.ts';
import type { StreamingServer } from '../../../src/streaming/server.ts';
import { type ClientStream, connectSpdy, type SpdyClient } from './spdy-client.ts';
import { program, startServer } from './test-server.ts';

type StreamType = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize';

interface Exec {
  readonly client: SpdyClient;
  readonly streams: Readonly<Record<StreamType, ClientStream>>;
}

/** Opens the streams that the protocol's clients open, in any order. */
const exec = async (
  server: StreamingServer,
  request: ExecRequest,
  { protocol = 'v4.channel.k8s.io', order = ['error', 'stdin', 'stdout', 'stderr', 'resize'] as StreamType[] } = {},
): Promise<Exec> => {
  const client = await connectSpdy(server.execUrl(request), protocol);
  const resizes = request.tty && /^v[34]/.test(protocol);
  const wanted = { error: true, ...request, resize: resizes };
  const open = (type: StreamType): [StreamType, ClientStream] => [type, client.open({ streamtype: type })];
  const streams = Object.fromEntries(order.filter((type) => wanted[type]).map(open));
  return { client, streams: streams as Exec['streams'] };
};

const status = async ({ streams }: Exec): Promise<unknown> => {
  await streams.error.ended;
  return JSON.parse(streams.error.text());
};

test('carries stdin to the process until the client half-closes it, and the output back', async () => {
  const { server } = await startServer();
  const session = await exec(server, program('cat'));
  session.streams.stdin.write('hello ');
  session.streams.stdin.write('world');
  session.streams.stdin.end();
  expect(await status(session)).toEqual({ metadata: {}, status: 'Success' });
  expect(await session.streams.stdout.ended).toBe('fin');
  expect(session.streams.stdout.text()).toBe('hello world');
  expect(await session.client.farewell).toBe(0);
});

test('keeps stdout and stderr apart', async () => {
  const { server } = await startServer();
  const session = await exec(server, program('echo out err', { stdin: false, stderr: true }));
  await status(session);
  expect([session.streams.stdout.text(), session.streams.stderr.text()]).toEqual(['out', 'err']);
});

test.each([[1], [42], [255]])('tells exit code %i', async (code) => {
  const { server } = await startServer();
  const session = await exec(server, program(`exit ${code}`));
  expect(await status(session)).toMatchObject({
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  });
});

test('tells why a command could not run', async () => {
  const { server } = await startServer();
  expect(await status(await exec(server, program('fail')))).toMatchObject({
    reason: 'InternalError',
    message: 'Internal error occurred: no such command',
  });
});

test.each([['v3.channel.k8s.io'], ['v2.channel.k8s.io'], ['channel.k8s.io']])(
  '%s tells failures as text',
  async (protocol) => {
    const { server } = await startServer();
    const failed = await exec(server, program('exit 3'), { protocol });
    await failed.streams.error.ended;
    expect(failed.streams.error.text()).toBe('command terminated with non-zero exit code 3');
    const fine = await exec(server, program('exit 0'), { protocol });
    await fine.streams.error.ended;
    expect(fine.streams.error.text()).toBe('');
  },
);

test('a client that names no version speaks the first', async () => {
  const { server } = await startServer();
  const client = await connectSpdy(server.execUrl(program('fail', { stdin: false })));
  const error = client.open({ streamtype: 'error' });
  client.open({ streamtype: 'stdout' });
  await error.ended;
  expect(error.text()).toBe('Internal error occurred: no such command');
});

test('streams may come in any order', async () => {
  const { server } = await startServer();
  for (const order of [
    ['resize', 'stdout', 'stdin', 'error'],
    ['stdin', 'error', 'resize', 'stdout'],
  ] satisfies StreamType[][]) {
    const session = await exec(server, program('cat', { tty: true }), { order });
    session.streams.stdin.end();
    expect(await status(session)).toMatchObject({ status: 'Success' });
  }
});

test.each([['v4.channel.k8s.io'], ['v3.channel.k8s.io']])('%s carries the sizes of a terminal', async (protocol) => {
  const { server, seen } = await startServer();
  const { streams } = await exec(server, program('sizes', { tty: true }), { protocol });
  streams.resize.write('{"Width":80,"Height":24}\n');
  await expect.poll(() => seen.sizes).toEqual([{ width: 80, height: 24 }]);
  streams.resize.write('{"Width":0,"Height":0}\n');
  streams.stdin.end();
  await streams.error.ended;
  expect(seen.sizes.at(-1)).toEqual({ width: 0, height: 0 });
});

test('sizes that a process never takes hold nothing back', async () => {
  const { server } = await startServer();
  const session = await exec(server, program('cat', { tty: true }));
  for (let i = 0; i < 8_000; i++) session.streams.resize.write('{"Width":80,"Height":24}\n');
  session.streams.stdin.write('through');
  session.streams.stdin.end();
  await status(session);
  expect(session.streams.stdout.text()).toBe('through');
});

test('refuses streams that were not asked for, twice the same, and unknown ones', async () => {
  const { server } = await startServer();
  const client = await connectSpdy(server.execUrl(program('cat')), 'v4.channel.k8s.io');
  const opened = ['error', 'error', 'stderr', 'resize', 'stdfoo', ''].map((type) => client.open({ streamtype: type }));
  expect(await Promise.all(opened.map(({ accepted }) => accepted))).toEqual([true, false, false, false, false, false]);
  client.transport.destroy();
});

test('gives up on a client that does not open its streams in time', async () => {
  const { server, seen } = await startServer({ creationTimeout: 20 });
  const client = await connectSpdy(server.execUrl(program('cat')), 'v4.channel.k8s.io');
  const error = client.open({ streamtype: 'error' });
  expect(await error.ended).toBe('reset');
  expect(await client.farewell).toBe(0);
  expect(seen.signals).toEqual([]);
});

test('aborts the command when the client goes', async () => {
  const { server, seen } = await startServer();
  const { client } = await exec(server, program('sleep'));
  await expect.poll(() => seen.signals.length).toBe(1);
  client.transport.destroy();
  await expect.poll(() => seen.signals[0]?.aborted).toBe(true);
});

test('does not abort a command that has ended', async () => {
  const { server, seen } = await startServer();
  const session = await exec(server, program('exit 0'));
  await session.client.farewell;
  await server.close();
  expect(seen.signals[0]?.aborted).toBe(false);
});

test('ends a session that is idle for too long, and says so', async () => {
  const { server, seen } = await startServer({ idleTimeout: 30 });
  const session = await exec(server, program('sleep'));
  expect(await status(session)).toMatchObject({ message: expect.stringContaining('idle') });
  expect(seen.signals[0]?.aborted).toBe(true);
});

test('input that comes after the process has ended does not hurt', async () => {
  const { server } = await startServer();
  const session = await exec(server, program('exit 7'));
  for (let i = 0; i < 100; i++) session.streams.stdin.write(Buffer.alloc(64 * 1024));
  expect(await status(session)).toMatchObject({ reason: 'NonZeroExitCode' });
});

test('whatever a client sends on the output streams is dropped', async () => {
  const { server } = await startServer();
  const session = await exec(server, program('cat'));
  for (let i = 0; i < 32; i++) session.streams.stdout.write(Buffer.alloc(64 * 1024));
  session.streams.stdin.write('through');
  session.streams.stdin.end();
  await status(session);
  expect(session.streams.stdout.text()).toBe('through');
});

test('big output arrives whole', async () => {
  const { server } = await startServer();
  const { streams } = await exec(server, program('yes 8', { stdin: false }));
  await streams.error.ended;
  expect(Buffer.concat(streams.stdout.received).equals(Buffer.alloc(8 * 1024 * 1024, 'yes\n'))).toBe(true);
});

test('a client that does not read holds back no other', async () => {
  const { server } = await startServer();
  const stuck = await exec(server, program('yes 1000', { stdin: false }));
  stuck.client.transport.pause();
  const session = await exec(server, program('cat'));
  session.streams.stdin.end();
  expect(await status(session)).toMatchObject({ status: 'Success' });
  stuck.client.transport.destroy();
});

test('attach ends with success, or with the reason of its failure', async () => {
  const { server } = await startServer();
  const attach = async (containerId: string): Promise<ClientStream> => {
    const client = await connectSpdy(server.attachUrl(program('', { containerId, stdin: false })), 'v4.channel.k8s.io');
    const error = client.open({ streamtype: 'error' });
    client.open({ streamtype: 'stdout' });
    await error.ended;
    return error;
  };
  expect(JSON.parse((await attach('echo hello')).text())).toMatchObject({ status: 'Success' });
  expect(JSON.parse((await attach('fail')).text())).toMatchObject({ reason: 'InternalError' });
});

test('the end of the container ends the session, and the client is told', async () => {
  const { server, seen } = await startServer();
  const client = await connectSpdy(server.execUrl(program('deaf', { stdin: false })), 'v4.channel.k8s.io');
  const [error] = [client.open({ streamtype: 'error' }), client.open({ streamtype: 'stdout' })];
  await expect.poll(() => seen.signals.length).toBe(1);
  seen.end('container c has ended');
  expect(await error.ended).toBe('fin');
  expect(JSON.parse(error.text())).toMatchObject({
    status: 'Failure',
    message: expect.stringContaining('c has ended'),
  });
  expect(await client.farewell).toBe(0);
});
