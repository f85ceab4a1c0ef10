import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRewriter } from '../../../src/server/http2-front/rewriter.ts';
import { AS_GO, createDecoder, createEncoder, type Field, goRequest, literal } from './hpack-model.ts';
import {
  CONTINUATION,
  cutAt,
  DATA,
  END_HEADERS,
  END_STREAM,
  frame,
  HEADERS,
  PADDED,
  parseFrames,
  PING,
  PRIORITY,
  settings,
  settingsAck,
} from './wire.ts';

const run = (chunks: readonly Buffer[]): Buffer => {
  const rewriter = createRewriter();
  return Buffer.concat([...chunks.flatMap((chunk) => rewriter.push(chunk)), ...rewriter.release()]);
};

const SOCKET = '/run/janus/janus.sock';
const illegalBlock = (): Buffer => createEncoder()(goRequest(SOCKET));
const legalBlock = (): Buffer => createEncoder()(goRequest('localhost'));
const expectedFields = goRequest('localhost');

/** Prefix, fragment and padding of a HEADERS payload. */
const payloadOf = (flags: number, block: Buffer, padding = 0): Buffer =>
  Buffer.concat([
    Buffer.alloc(flags & PADDED ? 1 : 0, padding),
    Buffer.alloc(flags & PRIORITY ? 5 : 0, 7),
    block,
    Buffer.alloc(flags & PADDED ? padding : 0),
  ]);

/** One block over several frames, cut at `cuts`. */
const blockFrames = (block: Buffer, { flags = 0, padding = 0, cuts = [] as number[], streamId = 1 } = {}): Buffer[] => {
  const pieces = cutAt(block, cuts);
  return pieces.map((piece, index) => {
    const end = index === pieces.length - 1 ? END_HEADERS : 0;
    return index === 0
      ? frame(HEADERS, flags | end, streamId, payloadOf(flags, piece, padding))
      : frame(CONTINUATION, end, streamId, piece);
  });
};

/** Takes the blocks out of what passed, checking the sequence of frames on the way. */
const fieldsOf = (bytes: Buffer, decode = createDecoder()): Field[][] => {
  const { frames, length } = parseFrames(bytes);
  expect(length).toBe(bytes.length);
  const blocks: Field[][] = [];
  let open: Buffer[] | undefined;
  for (const { type, flags, payload } of frames) {
    expect(payload.length).toBeLessThanOrEqual(16_384);
    expect(type === CONTINUATION).toBe(open !== undefined);
    if (type !== HEADERS && type !== CONTINUATION) continue;
    const start = type === HEADERS ? (flags & PADDED ? 1 : 0) + (flags & PRIORITY ? 5 : 0) : 0;
    const padding = type === HEADERS && flags & PADDED ? payload.readUInt8(0) : 0;
    open = [...(open ?? []), payload.subarray(start, payload.length - padding)];
    if ((flags & END_HEADERS) === 0) continue;
    blocks.push(decode(Buffer.concat(open)));
    open = undefined;
  }
  return blocks;
};

describe('an illegal authority', () => {
  const layouts = [0, PADDED, PRIORITY, PADDED | PRIORITY].map((flags) => ({
    flags,
    padding: flags & PADDED ? 11 : 0,
  }));

  it.each(layouts)('is replaced in HEADERS with flags $flags, which stay', ({ flags, padding }) => {
    const passed = run(blockFrames(illegalBlock(), { flags: flags | END_STREAM, padding }));
    expect(fieldsOf(passed)).toEqual([expectedFields]);
    expect(passed[4]).toBe(flags | END_STREAM | END_HEADERS);
    if (flags & PRIORITY) expect(passed.subarray(padding ? 10 : 9).subarray(0, 5)).toEqual(Buffer.alloc(5, 7));
  });

  it('is replaced wherever CONTINUATION cuts the block', () => {
    const block = illegalBlock();
    for (let first = 0; first <= block.length; first += 1) {
      const cuts = [first, first + 1, first + 2];
      const passed = run(blockFrames(block, { flags: PADDED | PRIORITY, padding: 3, cuts }));
      expect(fieldsOf(passed)).toEqual([expectedFields]);
    }
  });

  it('is replaced wherever the bytes are cut', () => {
    const bytes = Buffer.concat([
      settings(),
      ...blockFrames(illegalBlock(), { flags: PRIORITY, cuts: [40] }),
      frame(DATA, 1, 1),
    ]);
    const whole = run([bytes]);
    expect(fieldsOf(whole)).toEqual([expectedFields]);
    for (let at = 0; at <= bytes.length; at += 1) expect(run(cutAt(bytes, [at]))).toEqual(whole);
    expect(run([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it('may make a full frame longer: the rest goes on in CONTINUATION', () => {
    const empty = Buffer.from([0x81]);
    const filler = literal({ name: 'x', value: 'v'.repeat(16_384 - 1 - 6) }, AS_GO);
    const block = Buffer.concat([empty, filler]);
    expect(block).toHaveLength(16_384);
    const passed = run(blockFrames(block));
    expect(parseFrames(passed).frames.map(({ type, flags }) => [type, flags])).toEqual([
      [HEADERS, 0],
      [CONTINUATION, END_HEADERS],
    ]);
    expect(fieldsOf(passed, createDecoder(65_536))[0]?.[0]).toEqual({ name: ':authority', value: 'localhost' });
  });

  it('is replaced in each request of a connection, and what refers to it follows', () => {
    const encode = createEncoder();
    const decode = createDecoder();
    const rewriter = createRewriter();
    for (let count = 0; count < 100; count += 1) {
      const fields = [...goRequest(SOCKET), { name: 'x-count', value: `${count}`.repeat(20) }];
      const passed = blockFrames(encode(fields), { cuts: [count] }).flatMap((chunk) => rewriter.push(chunk));
      expect(fieldsOf(Buffer.concat(passed), decode)).toEqual([[...goRequest('localhost'), fields.at(-1)]]);
    }
  });
});

describe('everything else', () => {
  const other = fc
    .tuple(
      fc.integer({ min: 0, max: 255 }).filter((type) => type !== HEADERS && type !== CONTINUATION),
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 99 }),
      fc.uint8Array({ maxLength: 300 }),
    )
    .filter(([type, flags, , payload]) => !(type === 4 && flags & 1 && payload.length === 0))
    .map(([type, flags, streamId, payload]) => [frame(type, flags, streamId, Buffer.from(payload))]);
  const legal = fc
    .record({
      padding: fc.integer({ min: 0, max: 255 }),
      flags: fc.constantFrom(0, PADDED, PRIORITY, PADDED | PRIORITY),
      cuts: fc.array(fc.nat(), { maxLength: 4 }),
    })
    .map((layout) => blockFrames(legalBlock(), layout));
  const malformed = fc
    .tuple(fc.constantFrom(HEADERS, CONTINUATION), fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 3 }))
    .map(([type, flags, payload]) => [frame(type, flags, 5, Buffer.from([0xff, 0xff, ...payload]))]);
  const cuts = fc.array(fc.nat(), { maxLength: 30 });

  it('passes byte for byte, for any frames and any cuts', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(other, legal), { maxLength: 12 }), cuts, (frames, offsets) => {
        const bytes = Buffer.concat(frames.flat());
        expect(run(cutAt(bytes, offsets))).toEqual(bytes);
      }),
    );
  });

  it('passes around illegal authorities too', () => {
    fc.assert(
      fc.property(
        fc.array(other, { maxLength: 6 }),
        fc.array(other, { maxLength: 6 }),
        cuts,
        (before, after, offsets) => {
          const [start, end] = [Buffer.concat(before.flat()), Buffer.concat(after.flat())];
          const passed = run(cutAt(Buffer.concat([start, ...blockFrames(illegalBlock()), end]), offsets));
          expect(passed.subarray(0, start.length)).toEqual(start);
          expect(passed.subarray(passed.length - end.length)).toEqual(end);
          expect(fieldsOf(passed.subarray(start.length, passed.length - end.length))).toEqual([expectedFields]);
        },
      ),
    );
  });

  it('passes malformed frames as they are', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(malformed, other, legal), { maxLength: 12 }), cuts, (frames, offsets) => {
        const bytes = Buffer.concat(frames.flat());
        expect(run(cutAt(bytes, offsets))).toEqual(bytes);
      }),
    );
  });

  it('takes any bytes at all, and treats them alike however they are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), cuts, (bytes, offsets) => {
        const whole = run([Buffer.from(bytes)]);
        expect(run(cutAt(Buffer.from(bytes), offsets))).toEqual(whole);
      }),
    );
  });

  it('passes an untouched chunk as the one piece it was', () => {
    const chunk = Buffer.concat([
      frame(DATA, 0, 1, Buffer.alloc(100)),
      frame(PING, 0, 0, Buffer.alloc(8)),
      frame(DATA, 1, 1),
    ]);
    expect(createRewriter().push(chunk)).toEqual([chunk]);
  });

  it.each([
    ['padding longer than the frame', frame(HEADERS, END_HEADERS | PADDED, 1, Buffer.from([200, 1, 2]))],
    ['padding without a length', frame(HEADERS, END_HEADERS | PADDED, 1)],
    ['priority cut short', frame(HEADERS, END_HEADERS | PRIORITY, 1, Buffer.from([1, 2]))],
    ['an empty block', frame(HEADERS, END_HEADERS, 1)],
    [
      'a frame above 16 KiB',
      frame(
        HEADERS,
        END_HEADERS,
        1,
        Buffer.concat([literal({ name: ':authority', value: '/x' }, AS_GO), Buffer.alloc(17_000)]),
      ),
    ],
    [
      'a block broken off by DATA',
      Buffer.concat([...blockFrames(illegalBlock(), { cuts: [9] }).slice(0, 1), frame(DATA, 0, 1)]),
    ],
    [
      'a block broken off by an acknowledgement',
      Buffer.concat([...blockFrames(illegalBlock(), { cuts: [9] }).slice(0, 1), settingsAck()]),
    ],
    [
      'a continuation of another stream',
      Buffer.concat([
        blockFrames(illegalBlock(), { cuts: [9] })[0] ?? Buffer.alloc(0),
        blockFrames(illegalBlock(), { cuts: [9], streamId: 3 })[1] ?? Buffer.alloc(0),
      ]),
    ],
  ])('leaves %s to the server', (_, bytes) => {
    expect(run([bytes])).toEqual(bytes);
  });
});

describe('the acknowledgement of the front’s SETTINGS', () => {
  it('is left out once', () => {
    expect(run([Buffer.concat([settings(), settingsAck(), frame(PING, 0, 0), settingsAck()])])).toEqual(
      Buffer.concat([settings(), frame(PING, 0, 0), settingsAck()]),
    );
  });

  it('is left out wherever it is cut', () => {
    for (let at = 0; at <= 9; at += 1) expect(run(cutAt(settingsAck(), [at])).length % 9).toBe(0);
    expect(run([...settingsAck()].map((byte) => Buffer.from([byte])))).toHaveLength(0);
  });
});

describe('memory', () => {
  it('holds no more than 64 KiB of a header block, and passes a longer one as it is', () => {
    const rewriter = createRewriter();
    const first = frame(HEADERS, 0, 1, literal({ name: ':authority', value: '/x' }, AS_GO));
    const more = frame(CONTINUATION, 0, 1, Buffer.alloc(16_000));
    const sent = [first, more, more, more, more, more, frame(CONTINUATION, END_HEADERS, 1)];
    const passed = sent.map((bytes) => Buffer.concat(rewriter.push(bytes)).length);
    expect(passed).toEqual([0, 0, 0, 0, 0, first.length + 5 * more.length, 9]);
    expect(rewriter.seen.needed).toBe(true);
  });

  it('counts the heads of empty frames', () => {
    const rewriter = createRewriter();
    rewriter.push(frame(HEADERS, 0, 1));
    const empty = Buffer.concat(Array.from({ length: 1000 }, () => frame(CONTINUATION, 0, 1)));
    const passed = Array.from({ length: 8 }, () => Buffer.concat(rewriter.push(empty)).length);
    expect(passed.reduce((sum, length) => sum + length)).toBe(9 + 8 * empty.length);
  });
});
