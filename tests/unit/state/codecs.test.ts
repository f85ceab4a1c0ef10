import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SandboxRecord } from '../../../src/core/model/sandbox.ts';
import { containerCodec } from '../../../src/state/container-codec.ts';
import { decodeRecord, encodeRecord } from '../../../src/state/envelope.ts';
import { sandboxCodec } from '../../../src/state/sandbox-codec.ts';
import { containers, sandboxes } from './records.ts';

const sample = (): SandboxRecord => {
  const [sandbox] = fc.sample(sandboxes, { numRuns: 1, seed: 1 });
  if (sandbox === undefined) throw new Error('no sample');
  return sandbox;
};

test('any sandbox is read back as it was written', () => {
  fc.assert(
    fc.property(sandboxes, (record) => {
      const bytes = Buffer.from(encodeRecord(sandboxCodec, record));
      expect(decodeRecord(sandboxCodec, bytes, record.id)).toStrictEqual(structuredClone(record));
    }),
  );
});

test('any container is read back as it was written', () => {
  fc.assert(
    fc.property(containers, (record) => {
      const bytes = Buffer.from(encodeRecord(containerCodec, record));
      expect(decodeRecord(containerCodec, bytes, record.id)).toStrictEqual(structuredClone(record));
    }),
  );
});

test('a field that is missing is named', () => {
  const encoded = JSON.parse(encodeRecord(sandboxCodec, sample())) as { record: { runtime?: string } };
  delete encoded.record.runtime;
  const bytes = Buffer.from(JSON.stringify(encoded));
  expect(() => decodeRecord(sandboxCodec, bytes, sample().id)).toThrow(/^runtime: /);
});

test('a field of the configuration that is of another kind is named', () => {
  const encoded = JSON.parse(encodeRecord(sandboxCodec, sample())) as { record: { config: { metadata: object } } };
  encoded.record.config.metadata = { ...encoded.record.config.metadata, attempt: 'first' };
  const bytes = Buffer.from(JSON.stringify(encoded));
  expect(() => decodeRecord(sandboxCodec, bytes, sample().id)).toThrow(/^config\.metadata\.attempt: /);
});

test('a record with another configuration is written with that', () => {
  const record = sample();
  const hostname = `not-${record.config.hostname}`;
  encodeRecord(sandboxCodec, record);
  const bytes = Buffer.from(encodeRecord(sandboxCodec, { ...record, config: { ...record.config, hostname } }));
  expect(decodeRecord(sandboxCodec, bytes, record.id).config.hostname).toBe(hostname);
});

test('a record of one kind is none of the other', () => {
  const sandbox = sample();
  const bytes = Buffer.from(encodeRecord(sandboxCodec, sandbox));
  expect(() => decodeRecord(containerCodec, bytes, sandbox.id)).toThrow('not a janus.container');
});
