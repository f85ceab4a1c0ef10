import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRewriter } from '../../../src/server/http2-front/rewriter.ts';
import { blockFrames, expectedFields, fieldsOf, illegalBlock, legalBlock, run } from './header-frames.ts';
import { AS_GO, literal } from './hpack-model.ts';
import { CONTINUATION, cutAt, DATA, END_HEADERS, frame, HEADERS, PADDED, PING, PRIORITY, settingsAck } from './wire.ts';

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
