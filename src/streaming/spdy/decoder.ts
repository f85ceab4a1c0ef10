import { FLAG_FIN, FRAME_HEADER_LENGTH, type Frame, frameType, type Headers, SpdyError, VERSION } from './frames.ts';
import { createHeaderReader } from './headers.ts';

/** Both limits are in bytes. */
export interface DecoderLimits {
  /** Of a control frame on the wire. */
  readonly controlFrame: number;
  /** Of one header block when inflated. */
  readonly headerBlock: number;
}

const STREAM_ID_MASK = 0x7fff_ffff;

/** What the next bytes are: something that must be whole before it says anything, or a body that passes through. */
type Expecting =
  | { readonly kind: 'head' }
  | { readonly kind: 'control'; readonly type: number; readonly flags: number }
  | { readonly kind: 'data'; readonly streamId: number; readonly fin: boolean; left: number }
  | { readonly kind: 'skip'; left: number };

/** `starved`: the bytes at hand are used up. */
interface Step {
  readonly used: number;
  readonly frame?: Frame | undefined;
  readonly starved: boolean;
}

/**
 * Turns what arrives into frames. Holds at most one control frame; data is passed on as it comes. Iterate each result to
 * its end before the next call. Throws SpdyError, after which the decoder is of no more use.
 */
export const createDecoder = (limits: DecoderLimits): ((chunk: Buffer) => Generator<Frame>) => {
  const readHeaders = createHeaderReader(limits.headerBlock);
  let expecting: Expecting = { kind: 'head' };
  let collected: Buffer = Buffer.alloc(FRAME_HEADER_LENGTH);
  let filled = 0;

  const expect = (next: Expecting, size = FRAME_HEADER_LENGTH): void => {
    expecting = next;
    collected = Buffer.alloc(size);
    filled = 0;
  };
  const begin = (head: Buffer): void => {
    const next = afterHead(head);
    const length = next.kind === 'control' ? head.readUIntBE(5, 3) : FRAME_HEADER_LENGTH;
    if (length > limits.controlFrame) throw new SpdyError(`control frame of ${length} bytes is over the limit`);
    expect(next, length);
  };
  const collect = (now: Exclude<Expecting, Body>, rest: Buffer): Step => {
    const used = rest.copy(collected, filled);
    filled += used;
    if (filled < collected.length) return { used, starved: true };
    if (now.kind === 'control') return { used, frame: finish(now), starved: false };
    begin(collected);
    return { used, starved: false };
  };
  const finish = (now: ControlHeader): Frame => {
    const payload = collected;
    expect({ kind: 'head' });
    return controlFrame(now, payload, readHeaders);
  };
  const passOn = (body: Body, rest: Buffer): Step => {
    const data = rest.subarray(0, body.left);
    body.left -= data.length;
    const last = body.left === 0;
    if (last) expect({ kind: 'head' });
    const step = { used: data.length, starved: !last };
    if (body.kind === 'skip' || (data.length === 0 && !last)) return step;
    return { ...step, frame: { type: 'data', streamId: body.streamId, fin: body.fin && last, data } };
  };

  return function* feed(chunk) {
    for (let rest = chunk, starved = false; !starved; ) {
      const now = expecting;
      const step: Step = now.kind === 'data' || now.kind === 'skip' ? passOn(now, rest) : collect(now, rest);
      rest = rest.subarray(step.used);
      starved = step.starved;
      if (step.frame) yield step.frame;
    }
  };
};

type Body = Extract<Expecting, { kind: 'data' | 'skip' }>;
type ControlHeader = Extract<Expecting, { kind: 'control' }>;

const knownTypes: ReadonlySet<number> = new Set<number>(Object.values(frameType));

const afterHead = (head: Buffer): Expecting => {
  const flags = head.readUInt8(4);
  const left = head.readUIntBE(5, 3);
  const word = head.readUInt32BE(0);
  if ((head.readUInt8(0) & 0x80) === 0) {
    if (word === 0) throw new SpdyError('data on stream 0');
    return { kind: 'data', streamId: word, fin: (flags & FLAG_FIN) !== 0, left };
  }
  const version = (word >>> 16) & 0x7fff;
  if (version !== VERSION) throw new SpdyError(`SPDY version ${version} is not spoken here`);
  const type = word & 0xffff;
  const meaningless = !knownTypes.has(type) || type === frameType.settings || type === frameType.windowUpdate;
  return meaningless ? { kind: 'skip', left } : { kind: 'control', type, flags };
};

type ReadHeaders = (block: Buffer) => Headers;

const controlFrame = ({ type, flags }: ControlHeader, payload: Buffer, readHeaders: ReadHeaders): Frame => {
  const fin = (flags & FLAG_FIN) !== 0;
  const word = (index: number): number => {
    if (payload.length < index * 4 + 4) throw new SpdyError(`control frame of type ${type} is cut short`);
    return payload.readUInt32BE(index * 4);
  };
  const streamId = word(0) & STREAM_ID_MASK;
  if (type === frameType.ping) return { type: 'ping', id: word(0) };
  if (type === frameType.goaway) return { type: 'goaway', lastStreamId: streamId, status: word(1) };
  if (streamId === 0) throw new SpdyError(`control frame of type ${type} on stream 0`);
  if (type === frameType.rstStream) return { type: 'rst-stream', streamId, status: word(1) };
  const headers = readHeaders(payload.subarray(type === frameType.synStream ? 10 : 4));
  if (type === frameType.synStream) return { type: 'syn-stream', streamId, fin, headers };
  return { type: type === frameType.synReply ? 'syn-reply' : 'headers', streamId, fin, headers };
};
