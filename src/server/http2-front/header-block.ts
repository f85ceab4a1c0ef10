/** Header blocks: one HEADERS frame and its CONTINUATIONs (RFC 9113 §4.3, §6.2, §6.10). */
import { replaceAuthority } from './authority.ts';
import { encodeFrame, FLAG, type FrameHead, MAX_FRAME_SIZE, TYPE } from './frames.ts';

export interface HeldFrame {
  readonly head: FrameHead;
  readonly payload: Buffer;
}

/** A HEADERS payload: pad length and priority fields, the fragment, the padding. */
interface Layout {
  readonly prefix: Buffer;
  readonly fragment: Buffer;
  readonly padding: Buffer;
}

const PRIORITY_SIZE = 5;

/** Undefined: the padding takes more than there is, a connection error that is nghttp2's to raise (RFC 9113 §6.2). */
const layoutOf = ({ head, payload }: HeldFrame): Layout | undefined => {
  const padded = (head.flags & FLAG.padded) !== 0;
  const prefixSize = (padded ? 1 : 0) + (head.flags & FLAG.priority ? PRIORITY_SIZE : 0);
  const paddingSize = padded ? (payload[0] ?? 0) : 0;
  const end = payload.length - paddingSize;
  if (end < prefixSize) return undefined;
  return {
    prefix: payload.subarray(0, prefixSize),
    fragment: payload.subarray(prefixSize, end),
    padding: payload.subarray(end),
  };
};

/** A replaced block may be longer than it was: what does not fit goes on in CONTINUATION frames. */
const cut = (head: FrameHead, layout: Layout, block: Buffer): Buffer[] => {
  const room = MAX_FRAME_SIZE - layout.prefix.length - layout.padding.length;
  const { streamId } = head;
  const endsAt = (end: number): number => (end >= block.length ? FLAG.endHeaders : 0);
  const flags = (head.flags & ~FLAG.endHeaders) | endsAt(room);
  const first = Buffer.concat([layout.prefix, block.subarray(0, room), layout.padding]);
  const frames = [encodeFrame({ type: TYPE.headers, flags, streamId }, first)];
  for (let start = room; start < block.length; start += MAX_FRAME_SIZE) {
    const end = start + MAX_FRAME_SIZE;
    frames.push(encodeFrame({ type: TYPE.continuation, flags: endsAt(end), streamId }, block.subarray(start, end)));
  }
  return frames;
};

/** The frames of a whole header block with its authority replaced; undefined if it can pass as it is. */
export const rewriteHeaderBlock = (frames: readonly HeldFrame[]): Buffer[] | undefined => {
  const [first, ...continuations] = frames;
  const layout = first && layoutOf(first);
  if (first === undefined || layout === undefined) return undefined;
  const block = replaceAuthority(Buffer.concat([layout.fragment, ...continuations.map((frame) => frame.payload)]));
  return block && cut(first.head, layout, block);
};
