import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDecoder } from '../../../../src/streaming/spdy/decoder.ts';
import { dataHeader, goaway, ping, rstStream, synReply } from '../../../../src/streaming/spdy/encoder.ts';
import { type Frame, SpdyError } from '../../../../src/streaming/spdy/frames.ts';
import { createHeaderWriter } from '../../../../src/streaming/spdy/headers.ts';
import { rawControl, settingsFrame, windowUpdateFrame } from '../spdy-client.ts';

const LIMITS = { controlFrame: 4096, headerBlock: 8192 };

const decodeAll = (chunks: readonly Buffer[]): Frame[] => {
  const decode = createDecoder(LIMITS);
  return chunks.flatMap((chunk) => [...decode(chunk)]);
};

/** Frames without the accidents of where the bytes were cut. */
const joined = (frames: readonly Frame[]): unknown[] =>
  frames.reduce<Frame[]>((all, frame) => {
    const last = all.at(-1);
    const goesOn = frame.type === 'data' && last?.type === 'data' && last.streamId === frame.streamId && !last.fin;
    if (goesOn) all.splice(-1, 1, { ...frame, data: Buffer.concat([last.data, frame.data]) });
    else all.push(frame);
    return all;
  }, []);

const data = (streamId: number, text: string, fin = false): Buffer =>
  Buffer.concat([dataHeader(streamId, text.length, fin), Buffer.from(text)]);

const headers = new Map([['streamtype', 'stdin']]);

const conversation = (): Buffer => {
  const write = createHeaderWriter();
  return Buffer.concat([
    synReply(1, write(headers)),
    settingsFrame,
    data(1, 'hello'),
    rawControl(77, Buffer.alloc(60)),
    ping(8),
    synReply(3, write(new Map())),
    windowUpdateFrame,
    data(3, '', true),
    rstStream(1, 5),
    goaway(3, 0),
  ]);
};

const understood = [
  { type: 'syn-reply', streamId: 1, fin: false, headers },
  { type: 'data', streamId: 1, fin: false, data: Buffer.from('hello') },
  { type: 'ping', id: 8 },
  { type: 'syn-reply', streamId: 3, fin: false, headers: new Map() },
  { type: 'data', streamId: 3, fin: true, data: Buffer.alloc(0) },
  { type: 'rst-stream', streamId: 1, status: 5 },
  { type: 'goaway', lastStreamId: 3, status: 0 },
];

test('understands frames, and steps over those without a meaning', () => {
  expect(decodeAll([conversation()])).toEqual(understood);
});

test('understands the same wherever the bytes are cut', () => {
  const bytes = conversation();
  for (let cut = 1; cut < bytes.length; cut++) {
    expect(joined(decodeAll([bytes.subarray(0, cut), bytes.subarray(cut)]))).toEqual(understood);
  }
  expect(joined(decodeAll([...bytes].map((byte) => Buffer.of(byte))))).toEqual(understood);
});

test('passes data on before its frame is complete, and fin with the last part only', () => {
  const frame = data(5, 'abcdef', true);
  expect(decodeAll([frame.subarray(0, 10), frame.subarray(10, 12), frame.subarray(12)])).toEqual([
    { type: 'data', streamId: 5, fin: false, data: Buffer.from('ab') },
    { type: 'data', streamId: 5, fin: false, data: Buffer.from('cd') },
    { type: 'data', streamId: 5, fin: true, data: Buffer.from('ef') },
  ]);
});

test('passes any data through unchanged, however it is cut', () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(payloads, fc.integer({ min: 1, max: 70 }), (parts, size) => {
      const bytes = Buffer.concat(parts.map((part) => Buffer.concat([dataHeader(7, part.length, false), part])));
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      const frames = decodeAll(chunks);
      expect(Buffer.concat(frames.map((frame) => (frame.type === 'data' ? frame.data : Buffer.alloc(0))))).toEqual(
        Buffer.concat(parts),
      );
    }),
  );
});

test.each([
  ['another version', rawControl(6, Buffer.alloc(4), 2)],
  ['a control frame over the limit, before its payload has come', rawControl(1, Buffer.alloc(4097)).subarray(0, 8)],
  ['data on stream 0', dataHeader(0, 0, false)],
  ['a reset of stream 0', rstStream(0, 1)],
  ['a ping without an id', rawControl(6, Buffer.alloc(0))],
  ['a reset that is cut short', rawControl(3, Buffer.alloc(4, 1))],
  ['a stream without headers', rawControl(1, Buffer.alloc(10, 1))],
])('refuses %s', (_name, bytes) => {
  expect(() => decodeAll([bytes])).toThrow(SpdyError);
});

test('garbage is understood or refused, and nothing else', () => {
  const header = fc.tuple(
    fc.constantFrom(0x80, 0x00),
    fc.constantFrom(3, 2),
    fc.constant(0),
    fc.nat(12),
    fc.nat(3),
    fc.constant(0),
    fc.constant(0),
    fc.nat(40),
  );
  const hostile = fc.array(fc.tuple(header, fc.uint8Array({ maxLength: 40 })), { maxLength: 20 });
  fc.assert(
    fc.property(hostile, (frames) => {
      const bytes = Buffer.concat(frames.map(([head, payload]) => Buffer.from([...head, ...payload])));
      try {
        decodeAll([bytes]);
      } catch (error) {
        expect(error).toBeInstanceOf(SpdyError);
      }
    }),
    { numRuns: 400 },
  );
});
