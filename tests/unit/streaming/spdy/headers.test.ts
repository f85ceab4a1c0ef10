import { constants, createDeflate, type Deflate, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dictionary, dictionaryId } from '../../../../src/streaming/spdy/dictionary.ts';
import { SpdyError } from '../../../../src/streaming/spdy/frames.ts';
import { createHeaderReader, createHeaderWriter } from '../../../../src/streaming/spdy/headers.ts';

const LIMIT = 64 * 1024;

const adler32 = (bytes: Buffer): number => {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
};

const plain = (headers: Record<string, string>): Buffer => {
  const sized = (text: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return Buffer.concat([length, Buffer.from(text)]);
  };
  const count = Buffer.alloc(4);
  count.writeUInt32BE(Object.keys(headers).length);
  return Buffer.concat([count, ...Object.entries(headers).flatMap(([name, value]) => [sized(name), sized(value)])]);
};

/** What a real client does: one zlib stream, flushed after each block. */
const compress = (deflate: Deflate, block: Buffer): Promise<Buffer> =>
  new Promise((resolve) => {
    const parts: Buffer[] = [];
    deflate.on('data', (part: Buffer) => parts.push(part));
    deflate.write(block);
    deflate.flush(constants.Z_SYNC_FLUSH, () => {
      deflate.removeAllListeners('data');
      resolve(Buffer.concat(parts));
    });
  });

const blocks = fc.array(
  fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,20}$/), fc.string({ maxLength: 300 }), {
    maxKeys: 8,
    noNullPrototype: true,
  }),
  { minLength: 1, maxLength: 12 },
);

test('the dictionary is the one of the specification', () => {
  expect(dictionary).toHaveLength(1423);
  expect(adler32(dictionary)).toBe(dictionaryId);
});

test('reads what a compressor with history writes, block after block', async () => {
  await fc.assert(
    fc.asyncProperty(blocks, async (all) => {
      const deflate = createDeflate({ level: 9, dictionary });
      const read = createHeaderReader(LIMIT);
      for (const headers of all) {
        const block = await compress(deflate, plain(headers));
        expect(Object.fromEntries(read(block))).toEqual(headers);
      }
      deflate.close();
    }),
    { numRuns: 20 },
  );
});

test('keeps a history of more than one window', async () => {
  const deflate = createDeflate({ level: 9, dictionary });
  const read = createHeaderReader(LIMIT);
  const long = Array.from({ length: 9000 }, (_, i) => i.toString(36)).join(' ');
  for (let i = 0; i < 5; i++) {
    const headers = { long, round: String(i) };
    expect(Object.fromEntries(read(await compress(deflate, plain(headers))))).toEqual(headers);
  }
  deflate.close();
});

test('writes what a zlib inflater and the own reader understand', () => {
  fc.assert(
    fc.property(blocks, (all) => {
      const write = createHeaderWriter();
      const read = createHeaderReader(LIMIT);
      const written = all.map((headers) => write(new Map(Object.entries(headers))));
      written.forEach((block, i) => {
        expect(Object.fromEntries(read(block))).toEqual(all[i]);
        expect(block.subarray(-5)).toEqual(Buffer.from([0, 0, 0, 0xff, 0xff]));
      });
      const inflated = inflateSync(Buffer.concat(written), { dictionary, finishFlush: constants.Z_SYNC_FLUSH });
      expect(inflated.equals(Buffer.concat(all.map(plain)))).toBe(true);
    }),
    { numRuns: 25 },
  );
});

test('refuses a block that inflates beyond the limit', async () => {
  const bomb = await compress(createDeflate({ level: 9, dictionary }), plain({ bomb: 'x'.repeat(1024 * 1024) }));
  expect(bomb.length).toBeLessThan(4096);
  expect(() => createHeaderReader(LIMIT)(bomb)).toThrow(SpdyError);
});

test.each([
  ['an empty block', Buffer.alloc(0)],
  ['no zlib header', Buffer.from('hello world')],
  ['another dictionary', Buffer.concat([Buffer.from([0x78, 0xbb, 1, 2, 3, 4]), Buffer.alloc(10)])],
])('refuses %s', (_name, block) => {
  expect(() => createHeaderReader(LIMIT)(block)).toThrow(SpdyError);
});

const uint32 = (...values: number[]): Buffer =>
  Buffer.from(values.flatMap((value) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]));

test.each([
  ['more headers announced than sent', Buffer.concat([uint32(9), plain({ a: 'b' }).subarray(4)])],
  ['a length beyond the block', Buffer.concat([uint32(1, 0xffff_ffff), Buffer.from('name')])],
  ['an empty name', plain({ '': 'x' })],
  ['a name twice', Buffer.concat([uint32(2), plain({ a: 'b' }).subarray(4), plain({ A: 'c' }).subarray(4)])],
])('refuses %s', async (_name, block) => {
  const compressed = await compress(createDeflate({ dictionary }), block);
  expect(() => createHeaderReader(LIMIT)(compressed)).toThrow(SpdyError);
});

test('garbage is refused and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
      const prefix = createHeaderWriter()(new Map()).subarray(0, 6);
      try {
        createHeaderReader(LIMIT)(Buffer.concat([prefix, garbage]));
      } catch (error) {
        expect(error).toBeInstanceOf(SpdyError);
      }
    }),
    { numRuns: 200 },
  );
});
