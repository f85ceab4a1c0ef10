/** The first bytes of a connection, until it is clear how the server can read it. */
import { ERROR_CODE, type ErrorCode, FLAG, type FrameHead, MAX_FRAME_SIZE, PREFACE, TYPE } from './frames.ts';
import { createRewriter, type Rewriter } from './rewriter.ts';

/**
 * - `wait`: more bytes are needed.
 * - `direct`: the first request is legal as it is, and so will be the others of this client.
 * - `rewrite`: requests must go through the rewriter, or waiting any longer would leave the client without an answer.
 * - `refuse`: a connection error (RFC 9113 §5.4.1).
 */
export type Decision = { kind: 'wait' | 'direct' | 'rewrite' } | { kind: 'refuse'; code: ErrorCode; reason: string };

export interface Opening {
  push(chunk: Buffer): Decision;
  /** The decision when the client has had its time. */
  expire(): Decision;
  /** A whole request is there; what lacks is the acknowledgement of the front's SETTINGS. */
  awaitsAck(): boolean;
  /** What the session must read first. */
  kept(): Buffer[];
  readonly rewriter: Rewriter;
}

/** Two full header blocks, or a first request with the 64 KiB of data that the initial flow-control window allows. */
const MAX_KEPT = 131_072;

const WAIT: Decision = { kind: 'wait' };
const REWRITE: Decision = { kind: 'rewrite' };

/** Frames that a client may send before its first request, and that need no answer at once. */
const QUIET: ReadonlySet<number> = new Set([
  TYPE.settings,
  TYPE.windowUpdate,
  TYPE.priority,
  TYPE.headers,
  TYPE.continuation,
]);

const refuse = (code: ErrorCode, reason: string): Decision => ({ kind: 'refuse', code, reason });

/** The preface ends with SETTINGS (RFC 9113 §3.4). */
const faultOf = (head: FrameHead, isFirst: boolean): Decision | undefined => {
  const settings = head.type === TYPE.settings && (head.flags & FLAG.ack) === 0;
  if (isFirst && !settings) return refuse(ERROR_CODE.protocol, 'the first frame is not SETTINGS');
  if (head.length > MAX_FRAME_SIZE) return refuse(ERROR_CODE.frameSize, `a frame of ${head.length} bytes`);
  return undefined;
};

/** Reads the preface and frames up to the first request, keeping what it read. */
export const createOpening = (): Opening => {
  const kept: Buffer[] = [];
  let size = 0;
  let prefaceRead = 0;
  let frames = 0;
  let fault: Decision | undefined;
  let urgent = false;

  const rewriter = createRewriter((head) => {
    fault ??= faultOf(head, frames === 0);
    frames += 1;
    urgent ||= !QUIET.has(head.type) && rewriter.seen.blocks === 0;
  });

  const keep = (pieces: readonly Buffer[]): void => {
    kept.push(...pieces);
    size += pieces.reduce((sum, piece) => sum + piece.length, 0);
  };

  const readPreface = (chunk: Buffer): Buffer => {
    if (prefaceRead === PREFACE.length) return chunk;
    const piece = chunk.subarray(0, PREFACE.length - prefaceRead);
    const expected = PREFACE.subarray(prefaceRead, prefaceRead + piece.length);
    if (!piece.equals(expected)) fault = refuse(ERROR_CODE.protocol, 'not an HTTP/2 preface');
    prefaceRead += piece.length;
    keep([piece]);
    return chunk.subarray(piece.length);
  };

  const decide = (): Decision => {
    const { ack, blocks, needed } = rewriter.seen;
    if (fault !== undefined) return fault;
    if (needed || urgent || size > MAX_KEPT) return REWRITE;
    return blocks > 0 && ack ? { kind: 'direct' } : WAIT;
  };

  return {
    push(chunk) {
      const rest = readPreface(chunk);
      if (fault === undefined) keep(rewriter.push(rest));
      return decide();
    },
    expire() {
      const settled = rewriter.seen.ack && rewriter.atBoundary();
      if (settled || rewriter.seen.blocks > 0) return REWRITE;
      return refuse(ERROR_CODE.none, 'no complete request in time');
    },
    awaitsAck: () => rewriter.seen.blocks > 0 && !rewriter.seen.ack,
    kept: () => kept,
    rewriter,
  };
};
