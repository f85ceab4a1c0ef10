import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fingerprint } from '../../../src/core/fingerprint.ts';

const reversed = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, reversed(each)]),
  );
};
const objects = fc.dictionary(
  fc.string(),
  fc.oneof(fc.string(), fc.integer(), fc.dictionary(fc.string(), fc.string())),
);

it('does not depend on the order of keys', () => {
  fc.assert(fc.property(objects, (value) => fingerprint(reversed(value)) === fingerprint(value)));
});

it.each([
  [{ a: 1 }, { a: 2 }],
  [{ a: ['x', 'y'] }, { a: ['y', 'x'] }],
  [{ a: { b: '' } }, { a: { c: '' } }],
  [{ a: [1n] }, { a: [2n] }],
])('tells %o from %o', (one, other) => {
  expect(fingerprint(one)).not.toBe(fingerprint(other));
});
