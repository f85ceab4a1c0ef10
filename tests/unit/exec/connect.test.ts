import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { connectInside } from '../../../src/runtime/port-forward/connect.ts';
import { join } from '../../../src/runtime/port-forward/join.ts';

const servers: Server[] = [];
const closeAll = (): void => {
  for (const server of servers.splice(0)) server.close();
};
afterEach(closeAll);

const here = <T>(action: () => T): T => action();
const never = new AbortController().signal;

/** Answers with what it got, backwards, once it has got all. */
const serve = async (host: string): Promise<number> => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let got = '';
    socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
    socket.on('end', () => socket.end([...got].reverse().join('')));
  }).listen(0, host);
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

it.each(['127.0.0.1', '::1'])('reaches %s, and each direction ends by itself', async (host) => {
  const connection = await connectInside({ enter: here, port: await serve(host) }, never);
  connection.end('abc');
  expect(await text(connection)).toBe('cba');
});

it('a port where nobody listens is named, with both reasons', async () => {
  const port = await serve('127.0.0.1');
  closeAll();
  const failure = connectInside({ enter: here, port }, never);
  await expect(failure).rejects.toMatchObject({ kind: 'unavailable' });
  await expect(failure).rejects.toThrow(new RegExp(`port ${port} .*ECONNREFUSED.*ECONNREFUSED`));
});

it('a place that cannot be entered is no refusal', async () => {
  const enter = (): never => {
    throw new Error('gone');
  };
  await expect(connectInside({ enter, port: 1 }, never)).rejects.toThrow(/gone/);
});

it('gives up with the signal', async () => {
  const reason = new Error('left');
  await expect(connectInside({ enter: here, port: 1 }, AbortSignal.abort(reason))).rejects.toBe(reason);
});

it('joins two connections until both directions have ended', async () => {
  const inside = await connectInside({ enter: here, port: await serve('127.0.0.1') }, never);
  const front = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  servers.push(front);
  await once(front, 'listening');
  const connected = once(front, 'connection') as Promise<[Socket]>;
  const client = await connectInside({ enter: here, port: (front.address() as AddressInfo).port }, never);
  const [accepted] = await connected;
  const joined = join(accepted, inside, { signal: never });
  client.end('12345');
  expect(await text(client)).toBe('54321');
  await joined;
  expect([accepted.destroyed, inside.destroyed]).toEqual([true, true]);
});
