import { messageOf } from '../core/errors.ts';
import type { RecordCodec } from './codec.ts';

/** What is in a record's file: which kind of record, in which version of its format, and the record. */
interface Envelope {
  readonly format: unknown;
  readonly version: unknown;
  readonly record: unknown;
}

export const encodeRecord = <T>(codec: RecordCodec<T>, record: T): string => {
  const envelope: Envelope = { format: codec.format, version: codec.version, record: codec.encode(record) };
  return `${JSON.stringify(envelope)}\n`;
};

/** Throws, with a message for operators, when the bytes are not the record of this id. */
export const decodeRecord = <T extends { readonly id: string }>(
  codec: RecordCodec<T>,
  bytes: Buffer,
  id: string,
): T => {
  const envelope = parseEnvelope(bytes);
  if (envelope.format !== codec.format) throw new Error(`not a ${codec.format}`);
  checkVersion(envelope.version, codec.version);
  const record = codec.decode(envelope.record);
  if (record.id !== id) throw new Error('holds the record of another id');
  return record;
};

const parseEnvelope = (bytes: Buffer): Envelope => {
  if (bytes.length === 0) throw new Error('empty');
  const value: unknown = JSON.parse(textOf(bytes));
  if (typeof value !== 'object' || value === null) throw new Error('not an object');
  return { format: undefined, version: undefined, record: undefined, ...value };
};

const textOf = (bytes: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error(`not UTF-8: ${messageOf(error)}`, { cause: error });
  }
};

const checkVersion = (version: unknown, known: number): void => {
  if (version === known) return;
  throw new Error(`format version ${JSON.stringify(version)}, this Janus knows ${String(known)}`);
};
