/** HTTP/2 frames (RFC 9113 §4.1), read from a byte stream that may be cut anywhere. */

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** The size every peer may rely on until SETTINGS_MAX_FRAME_SIZE says more (RFC 9113 §4.2), which Node never sends. */
export const MAX_FRAME_SIZE = 16_384;

const HEAD_SIZE = 9;

export const TYPE = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

/** RFC 9113 §7. */
export const ERROR_CODE = { none: 0, protocol: 1, frameSize: 6 } as const;
export type ErrorCode = (typeof ERROR_CODE)[keyof typeof ERROR_CODE];

export interface FrameHead {
  /** Payload bytes that follow. */
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  /** The nine bytes themselves. */
  readonly bytes: Buffer;
}

interface FrameSink {
  head(head: FrameHead): void;
  /** A piece of the payload. Called at least once per frame, with `last` at the end, also when the payload is empty. */
  payload(bytes: Buffer, last: boolean): void;
}

interface FrameReader {
  push(chunk: Buffer): void;
  /** Bytes of a frame head that is not complete. */
  partial(): Buffer;
  /** Whether the next byte begins a frame. */
  atBoundary(): boolean;
}

const parseHead = (bytes: Buffer): FrameHead => ({
  length: bytes.readUIntBE(0, 3),
  type: bytes.readUInt8(3),
  flags: bytes.readUInt8(4),
  streamId: bytes.readUInt32BE(5) & 0x7fff_ffff,
  bytes,
});

/** Hands each byte pushed to the sink once and in order, without copying, save heads cut between two chunks. */
export const createFrameReader = (sink: FrameSink): FrameReader => {
  let partial = Buffer.alloc(0);
  let inPayload = false;
  let left = 0;

  const readPayload = (bytes: Buffer): Buffer => {
    const piece = bytes.subarray(0, left);
    left -= piece.length;
    inPayload = left > 0;
    sink.payload(piece, !inPayload);
    return bytes.subarray(piece.length);
  };

  const readHead = (bytes: Buffer): Buffer => {
    const missing = HEAD_SIZE - partial.length;
    const piece = bytes.subarray(0, missing);
    const head = partial.length === 0 ? piece : Buffer.concat([partial, piece]);
    partial = head.length < HEAD_SIZE ? Buffer.from(head) : Buffer.alloc(0);
    if (head.length < HEAD_SIZE) return bytes.subarray(piece.length);
    const parsed = parseHead(head);
    left = parsed.length;
    sink.head(parsed);
    return readPayload(bytes.subarray(piece.length));
  };

  return {
    push(chunk) {
      let rest = chunk;
      while (rest.length > 0) rest = inPayload ? readPayload(rest) : readHead(rest);
    },
    partial: () => partial,
    atBoundary: () => !inPayload && partial.length === 0,
  };
};

/** A frame on stream 0 or any other, ready to send. */
export const encodeFrame = (head: Pick<FrameHead, 'type' | 'flags' | 'streamId'>, payload: Buffer): Buffer => {
  const bytes = Buffer.alloc(HEAD_SIZE);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes.writeUInt8(head.type, 3);
  bytes.writeUInt8(head.flags, 4);
  bytes.writeUInt32BE(head.streamId, 5);
  return Buffer.concat([bytes, payload]);
};
