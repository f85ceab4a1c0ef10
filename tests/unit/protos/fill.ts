import protobuf from 'protobufjs';
import { enumNumbers, messageType, type Version } from './schema.ts';

/** A generated codec, told apart from its siblings only by the proto's name. */
export interface Codec {
  create(): object;
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
}

export type Codecs = (name: string) => Codec;

/** A number from 1 to 2^30 that follows from the path alone (FNV-1a), whatever else the version knows. */
function hash(path: string): number {
  const mixed = [...path].reduce((sum, char) => Math.imul(sum ^ char.charCodeAt(0), 0x01000193), 0x811c9dc5);
  return (mixed >>> 2) + 1;
}

const scalars: Readonly<Record<string, (path: string) => unknown>> = {
  string: (path) => path,
  // Ends in a byte that is not UTF-8, so that text decoding anywhere on the way shows.
  bytes: (path) => Buffer.concat([Buffer.from(path), Buffer.of(0xff)]),
  bool: () => true,
  int32: (path) => -hash(path),
  uint32: (path) => hash(path),
  // Beyond 2^53, so that a detour through number shows.
  int64: (path) => -(BigInt(hash(path)) << 32n) - 1n,
  uint64: (path) => (BigInt(hash(path)) << 32n) + 1n,
  double: (path) => hash(path) / 7,
};

function single(field: protobuf.Field, path: string, fill: Fill): unknown {
  if (field.resolvedType instanceof protobuf.Type) return fill(field.resolvedType.name, path);
  if (field.resolvedType instanceof protobuf.Enum) {
    const numbers = enumNumbers(field.resolvedType);
    return numbers[hash(path) % numbers.length];
  }
  const scalar = scalars[field.type];
  if (!scalar) throw new Error(`${path}: no value for type ${field.type}`);
  return scalar(path);
}

function value(field: protobuf.Field, path: string, fill: Fill): unknown {
  if (field instanceof protobuf.MapField) {
    return Object.fromEntries([0, 1].map((i) => [`${path}.key${i}`, single(field, `${path}.${i}`, fill)]));
  }
  if (field.repeated) return [0, 1].map((i) => single(field, `${path}.${i}`, fill));
  return single(field, path, fill);
}

type Fill = (name: string, path: string) => object;

/**
 * A filler for messages of one version: every field gets a value, which depends on its path only, so that versions
 * agree on what they share. Generated keys are matched with the proto's fields by order, not by a guess at camel case.
 */
export function filler(version: Version, codecs: Codecs): Fill {
  const fill: Fill = (name, path) => {
    const fields = messageType(version, name).fieldsArray;
    const keys = Object.keys(codecs(name).create());
    if (keys.length !== fields.length)
      throw new Error(`${name}: ${keys.length} generated keys, ${fields.length} fields`);
    return Object.fromEntries(fields.map((field, i) => [keys[i], value(field, `${path}.${field.name}`, fill)]));
  };
  return fill;
}
