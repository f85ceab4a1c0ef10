import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TerminalSize } from '../../../src/streaming/backend.ts';
import { noSizes, terminalSizes } from '../../../src/streaming/remotecommand/resize.ts';

const json = (width: unknown, height: unknown): string => `${JSON.stringify({ Width: width, Height: height })}\n`;

const collect = async (sizes: AsyncIterable<TerminalSize>): Promise<TerminalSize[]> => {
  const all: TerminalSize[] = [];
  for await (const size of sizes) all.push(size);
  return all;
};

/** What becomes of chunks that arrive before anybody takes a size. */
const newestOf = async (...chunks: string[]): Promise<TerminalSize[]> => {
  const source = new PassThrough();
  const sizes = terminalSizes(source);
  for (const chunk of chunks) source.write(chunk);
  source.end();
  await new Promise((resolve) => source.once('close', resolve));
  return collect(sizes);
};

test('only the newest of the sizes that nobody took is kept', async () => {
  expect(await newestOf(json(80, 24), json(81, 25) + json(82, 26))).toEqual([{ width: 82, height: 26 }]);
});

test('sizes arrive one by one while somebody takes them', async () => {
  const source = new PassThrough();
  const sizes = terminalSizes(source)[Symbol.asyncIterator]();
  for (const width of [80, 81, 82]) {
    const next = sizes.next();
    source.write(json(width, 24));
    expect(await next).toEqual({ done: false, value: { width, height: 24 } });
  }
  source.destroy();
  expect(await sizes.next()).toEqual({ done: true, value: undefined });
});

test('a size may be cut anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 24 }), async (cut) => {
      const text = json(132, 43);
      expect(await newestOf(text.slice(0, cut), text.slice(cut))).toEqual([{ width: 132, height: 43 }]);
    }),
  );
});

test.each([
  ['negative', json(-1, 24)],
  ['too large', json(65_536, 24)],
  ['fractional', json(1.5, 24)],
  ['no number', json('80', 24)],
  ['missing', '{}\n'],
  ['no object', '"}"'],
])('a size that is %s is ignored', async (_name, text) => {
  expect(await newestOf(json(80, 24), text)).toEqual([{ width: 80, height: 24 }]);
});

test.each([
  ['what is no JSON', 'nonsense}'],
  ['what never ends', `{"Width":${' '.repeat(2000)}`],
])('after %s no size counts', async (_name, text) => {
  expect(await newestOf(json(80, 24), text, json(1, 1))).toEqual([{ width: 80, height: 24 }]);
});

test('any text is endured', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.string()), async (chunks) => void (await newestOf(...chunks))));
});

test('without a terminal there are no sizes', async () => {
  expect(await collect(noSizes)).toEqual([]);
});
