import { FLAG_FIN, FRAME_HEADER_LENGTH, frameType, VERSION } from './frames.ts';

const controlFrame = (type: number, flags: number, payload: Buffer): Buffer => {
  const header = Buffer.alloc(FRAME_HEADER_LENGTH);
  header.writeUInt16BE(0x8000 | VERSION, 0);
  header.writeUInt16BE(type, 2);
  header.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4);
  return Buffer.concat([header, payload]);
};

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value, i * 4);
  });
  return bytes;
};

/** `block` comes from a header writer; blocks go out in the order in which they were written. */
export const synReply = (streamId: number, block: Buffer): Buffer =>
  controlFrame(frameType.synReply, 0, Buffer.concat([words(streamId), block]));

export const rstStream = (streamId: number, status: number): Buffer =>
  controlFrame(frameType.rstStream, 0, words(streamId, status));

/** Ids of pings that a server starts are even. */
export const ping = (id: number): Buffer => controlFrame(frameType.ping, 0, words(id));

export const goaway = (lastStreamId: number, status: number): Buffer =>
  controlFrame(frameType.goaway, 0, words(lastStreamId, status));

/** The header only: the `length` bytes of payload (below 2^24) follow it on the wire. */
export const dataHeader = (streamId: number, length: number, fin: boolean): Buffer =>
  words(streamId, (((fin ? FLAG_FIN : 0) << 24) | length) >>> 0);
