import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replaceAuthority } from '../../../src/server/http2-front/authority.ts';
import {
  AS_GO,
  createDecoder,
  createEncoder,
  type Field,
  goRequest,
  literal,
  type Spelling,
  string,
} from './hpack-model.ts';

const field = (value: string): Field => ({ name: ':authority', value });
const decoded = (block: Buffer | undefined): Field[] | undefined => block && createDecoder()(block);

describe('one field', () => {
  it.each(['localhost', 'a', '%2Frun%2Fx.sock', '10.0.0.1:80', '[::1]:443', 'localhost:'])(
    'leaves the legal %j',
    (value) => {
      expect(replaceAuthority(literal(field(value), AS_GO))).toBeUndefined();
      expect(replaceAuthority(literal(field(value), { ...AS_GO, pattern: 'never' }))).toBeUndefined();
    },
  );

  it.each([
    ['/run/janus/janus.sock', 'localhost'],
    ['unix:/run/x.sock', 'localhost'],
    ['/run/x.s', 'localhos'],
    ['/', 'l'],
    ['caf\u00e9 au lait', 'localhost'],
  ])('replaces %j by %j, however it is spelled', (value, expected) => {
    for (const pattern of ['incremental', 'plain', 'never'] as const) {
      for (const literalName of [false, true]) {
        const [only, ...rest] =
          decoded(replaceAuthority(literal(field(value), { pattern, huffman: false, literalName }))) ?? [];
        expect(rest).toEqual([]);
        expect(only).toEqual(field(pattern === 'incremental' ? expected : 'localhost'));
      }
    }
  });

  it.each([false, true])('replaces a Huffman coded value, name spelled out: %s', (literalName) => {
    const block = literal(field('/run/x.sock'), { pattern: 'incremental', huffman: true, literalName });
    expect(decoded(replaceAuthority(block))).toEqual([field('localhost')]);
  });

  it('leaves a legal Huffman coded value', () => {
    expect(replaceAuthority(literal(field('localhost'), { ...AS_GO, huffman: true }))).toBeUndefined();
  });

  it('replaces the empty static entry, as gRPC for Go sends an empty authority', () => {
    expect(decoded(replaceAuthority(Buffer.from([0x81])))).toEqual([field('localhost')]);
  });

  it('puts host in the place of an empty entry, and counts no more bytes for it', () => {
    const [host] = decoded(replaceAuthority(literal(field(''), AS_GO))) ?? [];
    expect(host).toEqual({ name: 'host', value: 'local' });
    expect('host'.length + 'local'.length).toBeLessThanOrEqual(':authority'.length);
  });

  it('keeps never-indexed never-indexed', () => {
    const block = replaceAuthority(literal(field('/x'), { ...AS_GO, pattern: 'never' }));
    expect((block?.[0] ?? 0) & 0xf0).toBe(0x10);
  });
});

describe('a block', () => {
  it('keeps every other field byte for byte', () => {
    const before = literal({ name: ':path', value: '/a/b' }, { ...AS_GO, huffman: true });
    const after = Buffer.concat([Buffer.from([0x3f, 0xe1, 0x1f]), literal({ name: 'x', value: '/run/x' }, AS_GO)]);
    const block = replaceAuthority(Buffer.concat([before, literal(field('/x'), AS_GO), after]));
    expect(block).toEqual(Buffer.concat([before, literal(field('lo'), AS_GO), after]));
  });

  it('replaces each of several', () => {
    const block = Buffer.concat([
      literal(field('/x'), AS_GO),
      literal(field('ok'), AS_GO),
      literal(field('/yz'), AS_GO),
    ]);
    expect(decoded(replaceAuthority(block))).toEqual([field('lo'), field('ok'), field('loc')]);
  });

  it.each([
    ['a value cut short', literal(field('/run/x'), AS_GO).subarray(0, 5)],
    ['an integer cut short', Buffer.from([0x7f, 0xff])],
    ['an endless integer', Buffer.from([0x41, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])],
    ['Huffman padding of zeros', Buffer.from([0x41, 0x81, 0x00])],
    ['a bad field after a good one', Buffer.concat([literal(field('/x'), AS_GO), Buffer.from([0x41])])],
    ['a name without a value', Buffer.concat([Buffer.from([0x40]), string(':authority')])],
  ])('leaves %s to the server', (_, block) => {
    expect(replaceAuthority(block)).toBeUndefined();
  });

  it('does not throw on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void replaceAuthority(Buffer.from(bytes))));
  });
});

describe('a connection', () => {
  const spelling: fc.Arbitrary<Spelling> = fc.record({
    pattern: fc.constantFrom('incremental', 'plain', 'never'),
    huffman: fc.constant(false),
    literalName: fc.boolean(),
  });
  const authority = fc.constantFrom(
    '',
    '/',
    '/run/x.sock',
    '/run/containerd/containerd.sock',
    'unix:/x',
    'localhost',
    '%2Fx',
    'a',
  );
  const request = fc.record({
    authority,
    spelling,
    // Enough different fields to fill the table over and over.
    extra: fc.array(
      fc.record({
        name: fc.constantFrom('x-a', 'x-b', 'x-c'),
        value: fc.constantFrom('1', '22', '333', 'v'.repeat(40)),
      }),
      {
        maxLength: 6,
      },
    ),
  });

  it('keeps both HPACK tables in step, whatever their size', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 40 }), fc.integer({ min: 0, max: 500 }), (requests, tableSize) => {
        const encode = createEncoder(tableSize);
        const decode = createDecoder(tableSize);
        for (const each of requests) {
          const sent = [...goRequest(each.authority).map((f) => ({ ...f, spelling: each.spelling })), ...each.extra];
          const block = encode(sent);
          const received = decode(replaceAuthority(block) ?? block);
          expect(received).toHaveLength(sent.length);
          for (const [index, { name, value }] of received.entries()) {
            const original = sent[index];
            if (original?.name !== ':authority')
              expect({ name, value }).toEqual({ name: original?.name, value: original?.value });
            else expect(`${name} ${value}`).toMatch(/^(host local|:authority [a-z%0-9F]+)$/);
          }
        }
      }),
    );
  });
});
