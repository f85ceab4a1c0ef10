import { describe, expect, test } from 'vitest';
import { oomScoreAdj, resourcesToOci } from '../../../src/runtime/spec/resources.ts';
import { host, resources as unset } from './fixtures.ts';

const GIB = 1024 ** 3;
const v2 = { ...host, cgroupVersion: 2 as const };
const convert = (over: Partial<typeof unset>, facts = host) => resourcesToOci({ ...unset, ...over }, facts, 'linux');

describe('resourcesToOci', () => {
  test('what is not set is left out', () => {
    expect(convert({})).toEqual({});
  });

  test.each([
    [{ cpuShares: 512, cpuQuota: 50000, cpuPeriod: 100000 }, { cpu: { shares: 512, quota: 50000, period: 100000 } }],
    [{ cpuQuota: -5 }, { cpu: { quota: -1 } }],
    [{ cpusetCpus: '0-3,6', cpusetMems: '0' }, { cpu: { cpus: '0-3,6', mems: '0' } }],
    [{ memoryLimitInBytes: GIB }, { memory: { limit: GIB, swap: GIB } }],
    [{ memoryLimitInBytes: GIB, memorySwapLimitInBytes: 2 * GIB }, { memory: { limit: GIB, swap: 2 * GIB } }],
    [{ memoryLimitInBytes: GIB, memorySwapLimitInBytes: -1 }, { memory: { limit: GIB, swap: -1 } }],
  ])('%j is %j', (over, expected) => {
    expect(convert(over)).toEqual(expected);
  });

  test('a kernel that does not count swap gets no swap limit', () => {
    expect(convert({ memoryLimitInBytes: GIB }, { ...host, swapAccounting: false })).toEqual({
      memory: { limit: GIB },
    });
  });

  test.each([
    [GIB, true],
    [-1, true],
    [GIB + 1, false],
  ])('with a limit of %d on top it is %s that it can be kept', (memorySwapLimitInBytes, kept) => {
    const over = { memoryLimitInBytes: GIB, memorySwapLimitInBytes };
    const converting = expect(() => convert(over, { ...host, swapAccounting: false }));
    if (kept) converting.not.toThrow();
    else converting.toThrow(expect.objectContaining({ kind: 'failed-precondition' }));
  });

  test('huge pages are limited where the kernel can', () => {
    const hugepageLimits = [{ pageSize: '2MB', limit: 0 }];
    expect(convert({ hugepageLimits })).toEqual({});
    expect(() => convert({ hugepageLimits: [{ pageSize: '2MB', limit: 1 }] })).toThrow(
      expect.objectContaining({
        kind: 'failed-precondition',
        message: expect.stringMatching(/^linux\.hugepage_limits: /),
      }),
    );
    expect(convert({ hugepageLimits }, { ...host, hugepageSizes: ['2MB'] })).toEqual({ hugepageLimits });
    expect(() => convert({ hugepageLimits }, { ...host, hugepageSizes: ['1GB'] })).toThrow('no pages of "2MB"');
  });

  test('unified needs cgroup v2', () => {
    const unified = { 'memory.high': '1000', 'hugetlb.2MB.rsvd.max': '0' };
    expect(convert({ unified }, v2)).toEqual({ unified });
    expect(() => convert({ unified })).toThrow('no cgroup v2');
  });

  test.each(['../memory.max', 'memory/max', 'cgroup', 'a.b/../c', ''])('unified %j is refused', (name) => {
    expect(() => convert({ unified: { [name]: '1' } }, v2)).toThrow('is no cgroup file');
  });

  test.each([
    [{ cpuShares: -1 }],
    [{ cpuShares: 1 }],
    [{ cpuShares: 262145 }],
    [{ cpuShares: 2.5 }],
    [{ cpuQuota: 999 }],
    [{ cpuPeriod: 999 }],
    [{ cpuPeriod: -1 }],
    [{ cpuPeriod: 1_000_001 }],
    [{ cpusetCpus: '0;1' }],
    [{ cpusetCpus: '0-' }],
    [{ cpusetMems: '../x' }],
    [{ memoryLimitInBytes: -1 }],
    [{ memoryLimitInBytes: 2 ** 60 }],
    [{ memoryLimitInBytes: Number.NaN }],
    [{ memorySwapLimitInBytes: -2 }],
    [{ memoryLimitInBytes: GIB, memorySwapLimitInBytes: GIB - 1 }],
    [{ hugepageLimits: [{ pageSize: '2MB', limit: -1 }] }],
  ])('%j is refused', (over) => {
    expect(() => convert(over)).toThrow(expect.objectContaining({ kind: 'invalid-argument' }));
  });
});

test.each([
  [-998, 0, 0],
  [1000, 0, 1000],
  [-998, -1000, -998],
])('oom_score_adj %i with a minimum of %i is %i', (wanted, oomScoreAdjMin, expected) => {
  expect(oomScoreAdj(wanted, { oomScoreAdjMin })).toBe(expected);
});

test.each([-1001, 1001])('oom_score_adj %i is refused', (wanted) => {
  expect(() => oomScoreAdj(wanted, host)).toThrow('oom_score_adj');
});
