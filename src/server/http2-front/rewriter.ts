/** Turns what a client sends into what the server's session may read. */
import { createFrameReader, FLAG, type FrameHead, MAX_FRAME_SIZE, TYPE } from './frames.ts';
import { type HeldFrame, rewriteHeaderBlock } from './header-block.ts';

/** What passed so far. */
interface Seen {
  /** The client acknowledged the front's SETTINGS. */
  ack: boolean;
  /** Whole header blocks. */
  blocks: number;
  /** Some `:authority` was replaced, or a block was too long to look at. */
  needed: boolean;
}

export interface Rewriter {
  /** The bytes to pass on now. Never throws: what it does not understand passes unchanged. */
  push(chunk: Buffer): Buffer[];
  /** Gives up the bytes held back, unchanged. The rewriter is not to be used afterwards. */
  release(): Buffer[];
  /** Whether nothing is half read. */
  atBoundary(): boolean;
  readonly seen: Readonly<Seen>;
}

/** Bytes of a header block's frames. An honest request is below 8 KiB; Node refuses more than 64 KiB. */
const MAX_BLOCK = 65_536;

interface OpenBlock {
  readonly streamId: number;
  readonly frames: HeldFrame[];
  size: number;
}

/** A frame held back, its payload arriving. */
interface Incoming extends HeldFrame {
  filled: number;
}

const isAck = ({ type, flags, length }: FrameHead): boolean =>
  type === TYPE.settings && (flags & FLAG.ack) !== 0 && length === 0;

const join = (previous: Buffer, next: Buffer): Buffer | undefined =>
  previous.buffer === next.buffer && previous.byteOffset + previous.length === next.byteOffset
    ? Buffer.from(previous.buffer, previous.byteOffset, previous.length + next.length)
    : undefined;

/** Appends; neighbours in memory become one piece, so that an untouched chunk leaves as it came. */
const append = (pieces: Buffer[], next: Buffer): void => {
  if (next.length === 0) return;
  const previous = pieces.at(-1);
  const joined = previous && join(previous, next);
  if (joined !== undefined) pieces.pop();
  pieces.push(joined ?? next);
};

/**
 * For a connection on which the front sent one SETTINGS of its own, whose acknowledgement is left out. Begins after the
 * client's preface. Tells `onHead` of each frame.
 */
export const createRewriter = (onHead: (head: FrameHead) => void = () => {}): Rewriter => {
  const seen: Seen = { ack: false, blocks: 0, needed: false };
  let out: Buffer[] = [];
  let block: OpenBlock | undefined;
  let incoming: Incoming | undefined;

  const take = (): Buffer[] => {
    const taken = out;
    out = [];
    return taken;
  };

  const pass = (...pieces: readonly Buffer[]): void => {
    for (const piece of pieces) append(out, piece);
  };

  const giveUpBlock = (): void => {
    for (const frame of block?.frames ?? []) pass(frame.head.bytes, frame.payload);
    block = undefined;
  };

  const finishBlock = (): void => {
    const rewritten = rewriteHeaderBlock(block?.frames ?? []);
    seen.blocks += 1;
    seen.needed ||= rewritten !== undefined;
    if (rewritten === undefined) giveUpBlock();
    else pass(...rewritten);
    block = undefined;
  };

  /** Whether the frame is part of a header block that can be held. Another frame within a block ends the connection. */
  const joinsBlock = (head: FrameHead): boolean => {
    if (head.type !== TYPE.continuation || head.streamId !== block?.streamId) giveUpBlock();
    if (head.type === TYPE.headers) block = { streamId: head.streamId, frames: [], size: 0 };
    if (block === undefined) return false;
    block.size += head.bytes.length + head.length;
    if (head.length <= MAX_FRAME_SIZE && block.size <= MAX_BLOCK) return true;
    seen.needed = true;
    giveUpBlock();
    return false;
  };

  const finishFrame = (frame: Incoming): void => {
    block?.frames.push(frame);
    incoming = undefined;
    if (frame.head.flags & FLAG.endHeaders) finishBlock();
  };

  const reader = createFrameReader({
    head(head) {
      onHead(head);
      const stripped = block === undefined && !seen.ack && isAck(head);
      seen.ack ||= stripped;
      if (stripped) return;
      if (joinsBlock(head)) incoming = { head, payload: Buffer.alloc(head.length), filled: 0 };
      else pass(head.bytes);
    },
    payload(bytes, last) {
      if (incoming === undefined) return pass(bytes);
      incoming.filled += bytes.copy(incoming.payload, incoming.filled);
      if (last) finishFrame(incoming);
    },
  });

  return {
    push(chunk) {
      reader.push(chunk);
      return take();
    },
    release() {
      giveUpBlock();
      if (incoming) pass(incoming.head.bytes, incoming.payload.subarray(0, incoming.filled));
      pass(reader.partial());
      return take();
    },
    atBoundary: () => reader.atBoundary() && block === undefined,
    seen,
  };
};
