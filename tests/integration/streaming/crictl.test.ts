import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../../support/paths.ts';
import { until } from '../../support/wait.ts';
import { type Pod, startPod } from './pod.ts';

let pod: Pod;
let id: string;
let echo: ChildProcess;

const ECHO = `require('node:net').createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(7000, '127.0.0.1')`;

beforeAll(async () => {
  pod = await startPod('crictl', 26);
  id = await pod.run('main', 'while read line; do echo "got $line"; done', { stdin: true });
  const network = `${pod.bed.state}/sandboxes/${pod.podSandboxId}/ns/net`;
  echo = spawn('nsenter', [`--net=${network}`, process.execPath, '-e', ECHO], { stdio: 'inherit' });
});

afterAll(async () => {
  echo.kill('SIGKILL');
  expect(await pod.close()).toEqual([]);
});

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** crictl with its input and output as pipes. */
const crictl = (
  path: string,
  ...args: readonly string[]
): ChildProcess & { stdin: NodeJS.WritableStream; stdout: NodeJS.ReadableStream } => {
  const endpoint = `unix://${pod.bed.socket}`;
  const child = spawn(path, ['--config', '/dev/null', '-r', endpoint, '-i', endpoint, '--timeout', '20s', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stderr.resume();
  child.stdin.on('error', () => undefined);
  return child;
};

interface Ended {
  readonly code: number;
  readonly output: Buffer;
}

const toEnd = async (child: ReturnType<typeof crictl>, input: Buffer | string = ''): Promise<Ended> => {
  child.stdin.end(input);
  const exited = once(child, 'close') as Promise<[number]>;
  const output = await buffer(child.stdout);
  return { output, code: (await exited)[0] };
};

/** Before 1.30 crictl spoke SPDY only; since then it speaks WebSocket if it is asked to. */
const clients = [
  { version: '1.23', transport: [] },
  { version: '1.25', transport: [] },
  { version: '1.29', transport: [] },
  { version: '1.36', transport: ['--transport', 'spdy'] },
  { version: '1.36', transport: ['--transport', 'websocket'] },
].map((client) => ({ ...client, path: tool(`crictl-${client.version}`) ?? '' }));

describe.each(clients)('crictl $version $transport', ({ path, transport }) => {
  it.skipIf(path === '')('carries binary data through exec, in and out', async () => {
    const bytes = randomBytes(30_000_000);
    const { output, code } = await toEnd(crictl(path, 'exec', ...transport, '-i', id, 'cat'), bytes);
    expect([digest(output), code]).toEqual([digest(bytes), 0]);
  });

  it.skipIf(path === '')('fails when the command does', async () => {
    const { output, code } = await toEnd(crictl(path, 'exec', ...transport, id, 'sh', '-c', 'echo out; exit 3'));
    expect(output.toString()).toBe('out\n');
    expect(code).not.toBe(0);
  });

  it.skipIf(path === '')('attaches, and leaves without harm', async () => {
    const client = crictl(path, 'attach', ...transport, '-i', id);
    let output = '';
    client.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    client.stdin.write('line\n');
    await until('the answer', () => output.includes('got line'));
    client.kill('SIGKILL');
    await once(client, 'close');
    const { container } = { container: (await pod.cri.runtime.containerStatus({ containerId: id })).status };
    expect(container?.state).toBe(1);
  });

  it.skipIf(path === '')('forwards a port', async () => {
    const client = crictl(path, 'port-forward', ...transport, pod.podSandboxId, ':7000');
    let said = '';
    client.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const port = await until('it listens', () => /127\.0\.0\.1:(\d+) ->/.exec(said)?.[1]);
    const bytes = randomBytes(2_000_000);
    const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    socket.end(bytes);
    expect(digest(await buffer(socket))).toBe(digest(bytes));
    client.kill('SIGKILL');
    await once(client, 'close');
  });
});
