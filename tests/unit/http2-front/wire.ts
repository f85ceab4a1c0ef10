/** HTTP/2 as these tests speak it, written apart from the code under test. */

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const GOAWAY = 7;
export const CONTINUATION = 9;
export const END_STREAM = 0x1;
export const ACK = 0x1;
export const END_HEADERS = 0x4;
export const PADDED = 0x8;
export const PRIORITY = 0x20;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

export const frame = (type: number, flags: number, streamId: number, payload: Buffer = Buffer.alloc(0)): Buffer => {
  const head = Buffer.from([0, 0, 0, type, flags, 0, 0, 0, streamId & 0xff]);
  head[0] = payload.length >> 16;
  head[1] = (payload.length >> 8) & 0xff;
  head[2] = payload.length & 0xff;
  head[7] = (streamId >> 8) & 0xff;
  return Buffer.concat([head, payload]);
};

export const settings = (): Buffer => frame(SETTINGS, 0, 0);
export const settingsAck = (): Buffer => frame(SETTINGS, ACK, 0);

/** The whole frames at the start of `bytes`, and how many bytes they take. */
export const parseFrames = (bytes: Buffer): { frames: Frame[]; length: number } => {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= 9) {
    const length = bytes.readUIntBE(at, 3);
    if (bytes.length - at - 9 < length) break;
    const payload = bytes.subarray(at + 9, at + 9 + length);
    frames.push({
      type: bytes.readUInt8(at + 3),
      flags: bytes.readUInt8(at + 4),
      streamId: bytes.readUInt32BE(at + 5),
      payload,
    });
    at += 9 + length;
  }
  return { frames, length: at };
};

/** Cuts at the given offsets (any order, any range). */
export const cutAt = (bytes: Buffer, offsets: readonly number[]): Buffer[] => {
  const sorted = [...offsets.map((offset) => offset % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return sorted.map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
};
