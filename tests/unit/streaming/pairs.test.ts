import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { ForwardStreams } from '../../../src/streaming/portforward/forward.ts';
import { createPairs } from '../../../src/streaming/portforward/pairs.ts';

const headers = (streamtype: string, requestid: string) =>
  new Map(Object.entries({ streamtype, port: '80', requestid }));

test('a connection counts until the backend is done with it, whatever became of its streams', async () => {
  const running: { streams: ForwardStreams; end: () => void }[] = [];
  const paired = (_port: number, streams: ForwardStreams): Promise<void> =>
    new Promise((end) => {
      running.push({ streams, end });
    });
  const { acceptor } = createPairs({ maxConnections: 1, creationTimeout: 1000, paired });
  for (const [id, type] of [
    [1, 'error'],
    [3, 'data'],
  ] as const) {
    const duplex = new PassThrough();
    acceptor.opened({ id, headers: headers(type, 'a'), duplex, deliver: () => undefined, deliverEnd: () => undefined });
  }
  running[0]?.streams.data.destroy();
  running[0]?.streams.error.destroy();
  expect(acceptor.admits(headers('error', 'b'), 5)).toBe(false);
  running[0]?.end();
  await expect.poll(() => acceptor.admits(headers('error', 'b'), 7)).toBe(true);
});
