import { expect, onTestFinished, test, vi } from 'vitest';
import type { StreamingServer } from '../../../src/streaming/server.ts';
import { createSpdyClient, handshake, type SpdyClient } from './spdy-client.ts';
import { startServer } from './test-server.ts';
import { connectChannels, tunnel } from './ws-client.ts';

const V4 = 'v4.channel.k8s.io';
const TUNNEL = 'SPDY/3.1+portforward.k8s.io';

const upgrade = (protocol: string) => ({
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
  'Sec-WebSocket-Protocol': protocol,
});

test.each([[V4], ['v4.base64.channel.k8s.io'], [undefined]])(
  '%s carries each port on a pair of channels',
  async (protocol) => {
    const { server, seen } = await startServer();
    const client = await connectChannels(server.portForwardUrl({ sandboxId: 'box', ports: [7, 1000] }), protocol);
    client.send(0, 'echo');
    await expect.poll(() => client.text(0)).toBe('\u0007\u0000echo');
    const port = Buffer.from([0xe8, 0x03]);
    expect([1, 2, 3].map((channel) => client.messages.find((one) => one.channel === channel)?.bytes)).toEqual([
      Buffer.from([7, 0]),
      port,
      port,
    ]);
    expect(seen.forwarded).toEqual([
      { sandboxId: 'box', port: 7 },
      { sandboxId: 'box', port: 1000 },
    ]);
    client.socket.close();
    await expect.poll(() => seen.signals.every(({ aborted }) => aborted)).toBe(true);
  },
);

test('a port that cannot be reached is told on its error channel, and the session ends with its last port', async () => {
  const { server } = await startServer();
  const client = await connectChannels(server.portForwardUrl({ sandboxId: 'box', ports: [113, 19] }), V4);
  expect(await client.closed).toBe(1000);
  expect(client.text(1).slice(2)).toBe('error forwarding port 113 to sandbox box: connection refused');
  expect(client.text(2)).toHaveLength(2 + 1024 * 1024);
});

test('answers 400 when there are no ports, and 403 to an unknown protocol', async () => {
  const { server } = await startServer();
  const status = async (protocol: string): Promise<number> => {
    const url = server.portForwardUrl({ sandboxId: 'box', ports: [] });
    return (await handshake(url, upgrade(protocol), { method: 'GET' })).status;
  };
  expect([await status(V4), await status('v5.channel.k8s.io')]).toEqual([400, 403]);
});

const connectTunnel = async (server: StreamingServer): Promise<SpdyClient> => {
  const url = server.portForwardUrl({ sandboxId: 'box', ports: [] });
  const { status, head, socket } = await handshake(url, upgrade(TUNNEL), { method: 'GET' });
  expect(status).toBe(101);
  expect(head).toContain(`Sec-WebSocket-Protocol: ${TUNNEL}\r\n`);
  return createSpdyClient(tunnel(socket));
};

test('carries SPDY inside of messages', async () => {
  const { server } = await startServer();
  const client = await connectTunnel(server);
  const error = client.open({ streamtype: 'error', port: '7', requestid: '1' }, { fin: true });
  const data = client.open({ streamtype: 'data', port: '7', requestid: '1' });
  const bytes = Buffer.alloc(1024 * 1024, 'tunnel');
  data.write(bytes);
  data.end();
  expect(await Promise.all([data.ended, error.ended])).toEqual(['fin', 'fin']);
  expect(Buffer.concat(data.received).equals(bytes)).toBe(true);
  client.transport.destroy();
});

test('the end of the sandbox ends the session: the error channels and the close frame say why', async () => {
  const { server, seen } = await startServer();
  const client = await connectChannels(server.portForwardUrl({ sandboxId: 'box', ports: [1] }), V4);
  const reason = new Promise((resolve) => client.socket.once('close', (_code, text: Buffer) => resolve(String(text))));
  await expect.poll(() => seen.signals.length).toBe(1);
  seen.end('sandbox box has been stopped');
  expect([await client.closed, await reason]).toEqual([1001, 'sandbox box has been stopped']);
  expect(client.text(1).slice(2)).toBe('error forwarding port 1 to sandbox box: sandbox box has been stopped');
});

test('closing says goodbye through the tunnel', async () => {
  const { server, seen } = await startServer();
  const client = await connectTunnel(server);
  client.open({ streamtype: 'error', port: '1', requestid: '1' });
  client.open({ streamtype: 'data', port: '1', requestid: '1' });
  await expect.poll(() => seen.signals.length).toBe(1);
  await server.close();
  expect(await client.farewell).toBe(0);
  expect(seen.signals[0]?.aborted).toBe(true);
});

test('closing does not wait for a tunnel whose client is gone', async () => {
  const { server } = await startServer();
  const client = await connectTunnel(server);
  await client.ping(1);
  // With no time passing, nothing but the loss itself can end the wait.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  client.transport.destroy();
  await server.close();
});
