import { describe, expect, test } from 'vitest';
import * as v1 from '../../../src/adapters/v1/generated/api.ts';
import * as v1alpha2 from '../../../src/adapters/v1alpha2/generated/api.ts';
import { type Codec, type Codecs, filler } from './fill.ts';
import { messageNames, messageType } from './schema.ts';

const isCodec = (member: unknown): member is Codec =>
  typeof member === 'object' && member !== null && 'create' in member && 'encode' in member && 'decode' in member;

const codecsOf =
  (module: object): Codecs =>
  (name) => {
    const codec: unknown = Object.entries(module).find(([each]) => each === name)?.[1];
    if (!isCodec(codec)) throw new Error(`${name}: no codec`);
    return codec;
  };

const old = { version: 'v1alpha2', codecs: codecsOf(v1alpha2) } as const;
const current = { version: 'v1', codecs: codecsOf(v1) } as const;

const filled = ({ version, codecs }: typeof old | typeof current, name: string) => filler(version, codecs)(name, name);
const encode = (codec: Codec, message: object) => Buffer.from(codec.encode(message).finish());
const reencode = (codec: Codec, bytes: Uint8Array) => encode(codec, codec.decode(bytes));

describe.each(messageNames('v1alpha2'))('%s of both versions', (name) => {
  test('v1 keeps every byte of a full v1alpha2 message', () => {
    const bytes = encode(old.codecs(name), filled(old, name));
    expect(reencode(current.codecs(name), bytes)).toEqual(bytes);
  });

  test('v1alpha2 keeps of a full v1 message all it knows', () => {
    const known = encode(old.codecs(name), filled(old, name));
    const all = encode(current.codecs(name), filled(current, name));
    expect(reencode(old.codecs(name), all)).toEqual(known);
  });
});

describe.each([old, current])('$version alone', (side) => {
  test.each(messageNames(side.version))('%s comes back as it was', (name) => {
    const message = filled(side, name);
    expect(side.codecs(name).decode(encode(side.codecs(name), message))).toEqual(message);
  });

  test.each(messageNames(side.version))('%s is the same to another implementation', (name) => {
    const bytes = encode(side.codecs(name), filled(side, name));
    const type = messageType(side.version, name);
    const decoded = type.decode(bytes);
    expect(Object.keys(decoded).sort()).toEqual(Object.keys(type.fields).sort());
    expect(Buffer.from(type.encode(decoded).finish())).toEqual(bytes);
  });
});
