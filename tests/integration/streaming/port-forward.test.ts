import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTAINER, NODE, POD, podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';
import { type ClientStream, connectSpdy, type SpdyClient } from '../../unit/streaming/spdy-client.ts';
import { descriptorsOf, type Pod, startPod } from './pod.ts';

let pod: Pod;

/** In the pod's network: 7000 and, on IPv6 only, 7001 echo; 7002 counts what it gets until the end, and says how much that was. */
const SERVERS = `
  const { createServer } = require('node:net');
  const serve = (port, host, handle) => createServer({ allowHalfOpen: true }, handle).listen(port, host);
  serve(7000, '127.0.0.1', (socket) => socket.pipe(socket));
  serve(7001, '::1', (socket) => socket.pipe(socket));
  serve(7002, '127.0.0.1', (socket) => {
    let count = 0;
    socket.on('data', (chunk) => (count += chunk.length)).on('end', () => socket.end(String(count)));
  });
`;

let servers: ChildProcess;

beforeAll(async () => {
  pod = await startPod('forward', 23);
  const network = `${pod.bed.state}/sandboxes/${pod.podSandboxId}/ns/net`;
  servers = spawn('nsenter', [`--net=${network}`, process.execPath, '-e', SERVERS], { stdio: 'inherit' });
});

afterAll(async () => {
  servers.kill('SIGKILL');
  expect(await pod.close()).toEqual([]);
});

const open = async (podSandboxId = pod.podSandboxId, port: number[] = []): Promise<SpdyClient> => {
  const { url } = await pod.cri.runtime.portForward({ podSandboxId, port });
  return connectSpdy(url, 'portforward.k8s.io');
};

interface Connection {
  readonly error: ClientStream;
  readonly data: ClientStream;
}

let requests = 0;

const forward = (client: SpdyClient, port: number): Connection => {
  requests += 1;
  const pair = { port: String(port), requestid: String(requests) };
  return {
    error: client.open({ ...pair, streamtype: 'error' }, { fin: true }),
    data: client.open({ ...pair, streamtype: 'data' }),
  };
};

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const echoed = async (client: SpdyClient, port: number, bytes: Buffer): Promise<string> => {
  const { data, error } = forward(client, port);
  for (let i = 0; i < bytes.length; i += 60_000) data.write(bytes.subarray(i, i + 60_000));
  data.end();
  await data.ended;
  expect(error.text()).toBe('');
  return digest(Buffer.concat(data.received));
};

/** Until the servers listen the connection is refused. */
const ready = (port: number): Promise<unknown> =>
  until(`port ${port} listens`, async () => {
    const client = await open();
    const { data, error } = forward(client, port);
    data.write('x\n');
    data.end();
    await Promise.all([data.ended, error.ended]);
    client.transport.destroy();
    return error.text() === '';
  });

it.each([7000, 7001])('reaches port %i on a loopback of the pod', async (port) => {
  await ready(port);
  const client = await open();
  const bytes = randomBytes(1_000_000);
  expect(await echoed(client, port, bytes)).toBe(digest(bytes));
  client.transport.destroy();
});

it('half-closes: the server answers after the end of its input', async () => {
  await ready(7002);
  const client = await open();
  const { data } = forward(client, 7002);
  data.write(Buffer.alloc(100_000));
  data.end();
  expect(await data.ended).toBe('fin');
  expect(data.text()).toBe('100000');
  client.transport.destroy();
});

it('carries many connections at once and leaves no descriptor behind', async () => {
  await ready(7000);
  const before = descriptorsOf(pod.daemon().pid);
  const client = await open();
  const bytes = Array.from({ length: 20 }, () => randomBytes(500_000));
  expect(await Promise.all(bytes.map((each) => echoed(client, 7000, each)))).toEqual(bytes.map(digest));
  client.transport.destroy();
  await until('the descriptors are closed', () => descriptorsOf(pod.daemon().pid) <= before);
});

it('names the port and the reason when nobody listens', async () => {
  const client = await open();
  const { data, error } = forward(client, 7999);
  await Promise.all([data.ended, error.ended]);
  expect(error.text()).toMatch(/port 7999 cannot be reached: .*ECONNREFUSED.*127\.0\.0\.1.*ECONNREFUSED.*::1/);
  client.transport.destroy();
});

it('is for the ports of the request alone, if it has any', async () => {
  await ready(7000);
  const client = await open(pod.podSandboxId, [7000]);
  expect(await echoed(client, 7000, Buffer.from('x'))).toBe(digest(Buffer.from('x')));
  const { data, error } = forward(client, 7002);
  await Promise.all([data.ended, error.ended]);
  expect(error.text()).toBe('port 7002 is not among the ports that were asked for');
  client.transport.destroy();
});

describe('into another pod', () => {
  const host = { linux: { securityContext: { namespaceOptions: { network: NODE, ipc: POD, pid: CONTAINER } } } };

  it("with the host's network reaches the host's loopback", async () => {
    const { podSandboxId } = await pod.cri.runtime.runPodSandbox({ config: podConfig(pod.bed, host) });
    const server = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = await open(podSandboxId);
    const bytes = randomBytes(100_000);
    expect(await echoed(client, (server.address() as AddressInfo).port, bytes)).toBe(digest(bytes));
    client.transport.destroy();
    server.close();
    await pod.cri.runtime.removePodSandbox({ podSandboxId });
  });

  it('ends when the pod is stopped, and the client is told', async () => {
    const { podSandboxId } = await pod.cri.runtime.runPodSandbox({ config: podConfig(pod.bed, host) });
    const server = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const [client, idle] = [await open(podSandboxId), await open(podSandboxId)];
    const { data, error } = forward(client, (server.address() as AddressInfo).port);
    data.write('up');
    await until('it echoes', () => data.text() === 'up');
    const closed = once(client.transport, 'close');
    await pod.cri.runtime.stopPodSandbox({ podSandboxId });
    await closed;
    expect(error.text()).toMatch(/to sandbox .*: sandbox .* has been stopped$/);
    expect(await idle.farewell).toBe(0);
    server.close();
    await pod.cri.runtime.removePodSandbox({ podSandboxId });
  });
});
