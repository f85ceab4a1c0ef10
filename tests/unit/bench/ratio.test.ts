import { expect, test } from 'vitest';
import { LEAST_ROUNDS, ratioOf } from '../../../bench/report/ratio.ts';
import { rowsOf } from '../../../bench/report/rows.ts';
import type { Work } from '../../../bench/work.ts';

const work: Work = {
  name: 'work',
  figures: [
    { name: 'typical', unit: 'ms', of: 'p50' },
    { name: 'worst', unit: 'ms', of: 'p99' },
  ],
  prepare: () => Promise.resolve(undefined),
};
const round = (...samples: readonly number[]) => ({ typical: samples, worst: samples });

test('a ratio is the median of the pairs, not of all values', () => {
  expect(ratioOf([1, 2, 3, 40, 5], [2, 4, 6, 8, 10])).toEqual({ median: 0.5, least: 0.5, most: 5 });
});

test('fewer than five rounds give no ratio', () => {
  const four = Array.from({ length: LEAST_ROUNDS - 1 }, () => 1);
  expect(ratioOf(four, four)).toBeUndefined();
  expect(ratioOf([...four, 1], four)).toBeUndefined();
});

test('a row has each contestant, held against containerd', () => {
  const measured = [
    { contestant: 'janus runc', rounds: Array.from({ length: 5 }, () => round(1, 2, 9)) },
    { contestant: 'containerd', rounds: Array.from({ length: 5 }, () => round(4, 4, 18)) },
  ];
  const [typical, worst] = rowsOf([{ work, measured }]);
  expect(typical?.cells).toMatchObject([
    { contestant: 'janus runc', value: 2, ratio: { median: 0.5 } },
    { contestant: 'containerd', value: 4, ratio: undefined },
  ]);
  expect(worst?.cells[0]).toMatchObject({ value: 9, ratio: { median: 0.5 } });
});
