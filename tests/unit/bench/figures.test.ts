import { describe, expect, test } from 'vitest';
import { median, noise, percentile } from '../../../bench/figures.ts';

describe('median', () => {
  test.each([
    [[3], 3],
    [[4, 1], 2.5],
    [[9, 1, 5], 5],
    [[8, 2, 4, 6], 5],
  ])('of %j', (values, expected) => expect(median(values)).toBe(expected));

  test('of nothing there is none', () => expect(median([])).toBeNaN());
});

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('%f', (share, expected) => expect(percentile(hundred, share)).toBe(expected));
});

test('noise is half of what lies between the quartiles, over the median', () => {
  expect(noise([10, 10, 10, 10])).toBe(0);
  expect(noise([8, 9, 10, 11, 12])).toBeCloseTo(0.1);
});
