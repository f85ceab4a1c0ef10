import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isKind } from '../../../src/core/errors.ts';
import { parseQuantity } from '../../../src/network/quantity.ts';

test.each([
  ['10.24k', 10240n],
  ['1024m', 2n],
  ['1.000001Ki', 1025n],
  ['0.1Mi', 104858n],
  ['1.00001e2', 101n],
  ['-10.24k', -10240n],
  ['-1024m', -2n],
  ['-1.000001Ki', -1025n],
  ['-0.1Mi', -104858n],
  ['-1.00001e2', -101n],
  ['0', 0n],
  ['+5', 5n],
  ['1.', 1n],
  ['.5', 1n],
  ['1n', 1n],
  ['3000000u', 3n],
  ['10M', 10_000_000n],
  ['1G', 10n ** 9n],
  ['1T', 10n ** 12n],
  ['1P', 10n ** 15n],
  ['1E', 10n ** 18n],
  ['1E3', 1000n],
  ['12e-1', 2n],
  ['1Ki', 1024n],
  ['1Gi', 2n ** 30n],
  ['1Ti', 2n ** 40n],
  ['1Pi', 2n ** 50n],
  ['1Ei', 2n ** 60n],
])('%s is %s', (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

test.each([
  '',
  '.',
  '-',
  'k',
  '1 k',
  '1K',
  '1ki',
  '1e',
  '1e9999',
  '0x10',
  '1,5',
  'NaN',
  '1.2.3',
  '--1',
  '1\n',
  '9'.repeat(65),
])('%j is no quantity', (text) => {
  expect(() => parseQuantity(text)).toThrow('is not a quantity');
});

test('any text is a quantity or an invalid argument', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^[+-]?\d{0,9}\.?\d{0,9}([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d{1,3})?$/)),
      (text) => {
        try {
          return typeof parseQuantity(text) === 'bigint';
        } catch (error) {
          return isKind(error, 'invalid-argument');
        }
      },
    ),
  );
});
