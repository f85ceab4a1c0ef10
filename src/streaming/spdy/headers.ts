import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { dictionary, dictionaryId } from './dictionary.ts';
import { type Headers, SpdyError } from './frames.ts';

const WINDOW = 32 * 1024;
const ZLIB_HEADER_LENGTH = 6;

/**
 * Reads the header blocks of one direction; `limit` is the most bytes one block may inflate to.
 *
 * A direction is one zlib stream, cut by a sync flush after each block. A flush ends on a byte, so that each block is a raw
 * deflate segment of its own if one hands it what went before as the dictionary: this keeps the reader synchronous, and
 * without native state to free.
 */
export const createHeaderReader = (limit: number): ((block: Buffer) => Headers) => {
  let window = dictionary;
  let first = true;
  return (block) => {
    const segment = first ? withoutZlibHeader(block) : block;
    first = false;
    const plain = inflate(segment, window, limit);
    window = Buffer.concat([window, plain]).subarray(-WINDOW);
    return parseHeaders(plain);
  };
};

const withoutZlibHeader = (block: Buffer): Buffer => {
  const sound = block.length >= ZLIB_HEADER_LENGTH && block.readUInt16BE(0) % 31 === 0;
  const deflateWithDictionary = sound && (block.readUInt8(0) & 0x0f) === 8 && (block.readUInt8(1) & 0x20) !== 0;
  if (!deflateWithDictionary || block.readUInt32BE(2) !== dictionaryId)
    throw new SpdyError('not a SPDY/3 header block');
  return block.subarray(ZLIB_HEADER_LENGTH);
};

const inflate = (segment: Buffer, window: Buffer, limit: number): Buffer => {
  const options = { dictionary: window, finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: limit };
  try {
    return inflateRawSync(segment, options);
  } catch (cause) {
    throw new SpdyError('header block does not inflate within its limit', { cause });
  }
};

const parseHeaders = (plain: Buffer): Headers => {
  const headers = new Map<string, string>();
  const count = uint32At(plain, 0);
  let offset = 4;
  const text = (): string => {
    const end = offset + 4 + uint32At(plain, offset);
    if (end > plain.length) throw new SpdyError('header block is cut short');
    const value = plain.toString('utf8', offset + 4, end);
    offset = end;
    return value;
  };
  for (let i = 0; i < count; i++) {
    const name = text().toLowerCase();
    if (name === '' || headers.has(name)) throw new SpdyError('header name is empty or repeated');
    headers.set(name, text());
  }
  return headers;
};

const uint32At = (bytes: Buffer, offset: number): number => {
  if (offset + 4 > bytes.length) throw new SpdyError('header block is cut short');
  return bytes.readUInt32BE(offset);
};

/**
 * Writes the header blocks of one direction. Nothing is compressed: stored blocks are valid deflate and need no history.
 * The empty stored block of the flush at the end of each is what makes Go's reader hand the headers out.
 */
export const createHeaderWriter = (): ((headers: Headers) => Buffer) => {
  let prefix = zlibHeader();
  return (headers) => {
    const block = deflateRawSync(plainHeaders(headers), { level: 0, finishFlush: constants.Z_SYNC_FLUSH });
    const framed = Buffer.concat([prefix, block]);
    prefix = Buffer.alloc(0);
    return framed;
  };
};

const zlibHeader = (): Buffer => {
  const header = Buffer.alloc(ZLIB_HEADER_LENGTH);
  header.writeUInt16BE(0x7820 + (31 - (0x7820 % 31)));
  header.writeUInt32BE(dictionaryId, 2);
  return header;
};

const plainHeaders = (headers: Headers): Buffer =>
  Buffer.concat([uint32(headers.size), ...[...headers].flatMap(([name, value]) => [sized(name), sized(value)])]);

const sized = (text: string): Buffer => Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(text)]);

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
