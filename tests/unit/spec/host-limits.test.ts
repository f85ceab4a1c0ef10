import { expect, test } from 'vitest';
import { hostLimits } from '../../../src/runtime/spec/host-limits.ts';
import { host } from './fixtures.ts';

const full = { ...host, oomScoreAdjMin: -1000, swapAccounting: true, hugepageSizes: ['2MB'] };

test('a host that can do everything has nothing to say', () => {
  expect(hostLimits(full)).toEqual([]);
});

test.each([
  [{ oomScoreAdjMin: -5 }, 'below -5 is raised to -5'],
  [{ swapAccounting: false }, 'memory_swap_limit_in_bytes of the memory limit is not enforced'],
  [{ hugepageSizes: [] }, 'no hugetlb controller'],
  [{ seccomp: undefined }, 'only unconfined containers'],
])('%j is said', (lack, words) => {
  expect(hostLimits({ ...full, ...lack })).toEqual([expect.stringContaining(words)]);
});
