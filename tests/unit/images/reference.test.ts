import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isKind } from '../../../src/core/errors.ts';
import { canonical, parseReference } from '../../../src/images/reference.ts';

const D = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('a reference is completed', () => {
  test.each([
    ['busybox', 'docker.io/library/busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['index.docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['team/app', 'docker.io/team/app:latest'],
    ['localhost/app', 'localhost/app:latest'],
    ['localhost:5000/app', 'localhost:5000/app:latest'],
    ['registry.example/a/b/c:v1.2_3-4', 'registry.example/a/b/c:v1.2_3-4'],
    ['Registry/app', 'Registry/app:latest'],
    ['[fd00::1]:5000/app:1', '[fd00::1]:5000/app:1'],
    ['a__b/c-d.e', 'docker.io/a__b/c-d.e:latest'],
    [`busybox@${D}`, `docker.io/library/busybox@${D}`],
    [`host:5000/busybox:1@${D}`, `host:5000/busybox@${D}`],
  ])('%s', (written, full) => {
    expect(canonical(parseReference(written))).toBe(full);
  });

  test('a tag beside a digest is kept for show', () => {
    expect(parseReference(`busybox:1@${D}`)).toMatchObject({ tag: '1', digest: D });
  });
});

test.each([
  '',
  ':',
  ':tag',
  '/',
  'a//b',
  'a/',
  '/a',
  'UPPER',
  'a:',
  'a@',
  'a b',
  'a\n',
  'a:-tag',
  `a:${'t'.repeat(129)}`,
  '-a/b.c',
  'a..b',
  'a___b',
  '../a',
  'host:port/a',
  'a@sha256:abc',
  `a@sha256:${'A'.repeat(64)}`,
  `a@sha256:${'../'.repeat(21)}a`,
  `a@md5:${'0'.repeat(32)}`,
  `a@${D}@${D}`,
  'a'.repeat(300),
  '0123456789abcdef'.repeat(4),
  'https://host/a',
])('%j is none', (text) => {
  expect(() => parseReference(text)).toThrow(expect.objectContaining({ kind: 'invalid-argument' }));
});

const likely = fc.string({ unit: fc.constantFrom(...'ab0A.:/@-_[]% \n'), maxLength: 30 });

test('any text is a reference whose full name is its own full name, or an invalid argument', () => {
  fc.assert(
    fc.property(fc.oneof(likely, fc.string()), (text) => {
      try {
        const full = canonical(parseReference(text));
        expect(canonical(parseReference(full))).toBe(full);
        expect(full).not.toMatch(/\.\.|\s/);
      } catch (error) {
        if (!isKind(error, 'invalid-argument')) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
