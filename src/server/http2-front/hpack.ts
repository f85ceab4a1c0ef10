/**
 * As much HPACK (RFC 7541) as it takes to find the `:authority` fields of a header block. No dynamic table is kept: every
 * known encoder names `:authority` by its static entry, or spells it out, whenever it sends a value.
 */
import { decodeHuffman } from './huffman.ts';

/** Static table entry 1 is `:authority` with an empty value (RFC 7541 Appendix A). */
const STATIC_AUTHORITY = 1;
const AUTHORITY = ':authority';

/** First bits of a field, by representation (RFC 7541 §6). */
export const PATTERN = { indexed: 0x80, incremental: 0x40, sizeUpdate: 0x20, neverIndexed: 0x10, plain: 0 } as const;
type Pattern = (typeof PATTERN)[keyof typeof PATTERN];

/** One `:authority` field: block[start, end), its representation and its decoded value. */
export interface AuthorityField {
  readonly start: number;
  readonly end: number;
  readonly pattern: Pattern;
  readonly value: Buffer;
}

interface Cursor {
  readonly block: Buffer;
  at: number;
}

interface Literal {
  readonly huffman: boolean;
  readonly bytes: Buffer;
}

const EMPTY = Buffer.alloc(0);

/** Longest accepted integer: five continuation bytes hold 35 bits, more than any length or index in use. */
const MAX_CONTINUATION = 5;

const patternOf = (first: number): { pattern: Pattern; indexBits: number } => {
  if (first & PATTERN.indexed) return { pattern: PATTERN.indexed, indexBits: 7 };
  if (first & PATTERN.incremental) return { pattern: PATTERN.incremental, indexBits: 6 };
  if (first & PATTERN.sizeUpdate) return { pattern: PATTERN.sizeUpdate, indexBits: 5 };
  return { pattern: first & PATTERN.neverIndexed ? PATTERN.neverIndexed : PATTERN.plain, indexBits: 4 };
};

/** RFC 7541 §5.1. Undefined: cut short, or absurdly long. */
const readInteger = (cursor: Cursor, bits: number): number | undefined => {
  const first = cursor.block[cursor.at++];
  if (first === undefined) return undefined;
  const most = (1 << bits) - 1;
  let value = first & most;
  if (value < most) return value;
  for (let count = 0; count < MAX_CONTINUATION; count += 1) {
    const next = cursor.block[cursor.at++];
    if (next === undefined) return undefined;
    value += (next & 0x7f) * 2 ** (7 * count);
    if (next < 0x80) return value;
  }
  return undefined;
};

/** RFC 7541 §5.2. Undefined: cut short. */
const readLiteral = (cursor: Cursor): Literal | undefined => {
  const huffman = ((cursor.block[cursor.at] ?? 0) & 0x80) !== 0;
  const length = readInteger(cursor, 7);
  if (length === undefined || cursor.at + length > cursor.block.length) return undefined;
  const bytes = cursor.block.subarray(cursor.at, cursor.at + length);
  cursor.at += length;
  return { huffman, bytes };
};

const decode = ({ huffman, bytes }: Literal): Buffer | undefined => (huffman ? decodeHuffman(bytes) : bytes);

/** Whether the field is named `:authority`; reads the name if it is spelled out. */
const readName = (cursor: Cursor, index: number): boolean | undefined => {
  if (index !== 0) return index === STATIC_AUTHORITY;
  const name = readLiteral(cursor);
  return name && decode(name)?.toString('latin1') === AUTHORITY;
};

/** Moves past one field. Null: a sound field of another name. Undefined: malformed. */
const readField = (cursor: Cursor): AuthorityField | null | undefined => {
  const start = cursor.at;
  const { pattern, indexBits } = patternOf(cursor.block[start] ?? 0);
  const index = readInteger(cursor, indexBits);
  if (index === undefined) return undefined;
  if (pattern === PATTERN.sizeUpdate) return null;
  if (pattern === PATTERN.indexed) {
    return index === STATIC_AUTHORITY ? { start, end: cursor.at, pattern, value: EMPTY } : null;
  }
  const named = readName(cursor, index);
  const literal = named === undefined ? undefined : readLiteral(cursor);
  if (literal === undefined) return undefined;
  const value = named ? decode(literal) : undefined;
  if (named && value === undefined) return undefined;
  return value ? { start, end: cursor.at, pattern, value } : null;
};

/** The `:authority` fields of a whole header block that carry a value, or undefined if the block is malformed. */
export const authorityFields = (block: Buffer): AuthorityField[] | undefined => {
  const cursor: Cursor = { block, at: 0 };
  const found: AuthorityField[] = [];
  while (cursor.at < block.length) {
    const field = readField(cursor);
    if (field === undefined) return undefined;
    if (field !== null) found.push(field);
  }
  return found;
};
