import { describe, expect, it } from 'vitest';
import { createRewriter } from '../../../src/server/http2-front/rewriter.ts';
import { blockFrames, expectedFields, fieldsOf, illegalBlock, run, SOCKET } from './header-frames.ts';
import { AS_GO, createDecoder, createEncoder, goRequest, literal } from './hpack-model.ts';
import {
  CONTINUATION,
  cutAt,
  DATA,
  END_HEADERS,
  END_STREAM,
  frame,
  HEADERS,
  PADDED,
  PING,
  PRIORITY,
  parseFrames,
  settings,
  settingsAck,
} from './wire.ts';

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
