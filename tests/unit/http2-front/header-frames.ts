/** Header blocks in frames, in and out of a rewriter. */
import { expect } from 'vitest';
import { createRewriter } from '../../../src/server/http2-front/rewriter.ts';
import { createDecoder, createEncoder, type Field, goRequest } from './hpack-model.ts';
import { CONTINUATION, cutAt, END_HEADERS, frame, HEADERS, PADDED, PRIORITY, parseFrames } from './wire.ts';

export const run = (chunks: readonly Buffer[]): Buffer => {
  const rewriter = createRewriter();
  return Buffer.concat([...chunks.flatMap((chunk) => rewriter.push(chunk)), ...rewriter.release()]);
};

export const SOCKET = '/run/janus/janus.sock';
export const illegalBlock = (): Buffer => createEncoder()(goRequest(SOCKET));
export const legalBlock = (): Buffer => createEncoder()(goRequest('localhost'));
export const expectedFields = goRequest('localhost');

/** Prefix, fragment and padding of a HEADERS payload. */
const payloadOf = (flags: number, block: Buffer, padding = 0): Buffer =>
  Buffer.concat([
    Buffer.alloc(flags & PADDED ? 1 : 0, padding),
    Buffer.alloc(flags & PRIORITY ? 5 : 0, 7),
    block,
    Buffer.alloc(flags & PADDED ? padding : 0),
  ]);

/** One block over several frames, cut at `cuts`. */
export const blockFrames = (
  block: Buffer,
  { flags = 0, padding = 0, cuts = [] as number[], streamId = 1 } = {},
): Buffer[] => {
  const pieces = cutAt(block, cuts);
  return pieces.map((piece, index) => {
    const end = index === pieces.length - 1 ? END_HEADERS : 0;
    return index === 0
      ? frame(HEADERS, flags | end, streamId, payloadOf(flags, piece, padding))
      : frame(CONTINUATION, end, streamId, piece);
  });
};

/** Takes the blocks out of what passed, checking the sequence of frames on the way. */
export const fieldsOf = (bytes: Buffer, decode = createDecoder()): Field[][] => {
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
