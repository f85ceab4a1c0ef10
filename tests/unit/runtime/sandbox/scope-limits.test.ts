import { expect, test } from 'vitest';
import { scopeLimits } from '../../../../src/runtime/sandbox/scope-limits.ts';

const NONE = '18446744073709551615';

test.each([
  [{}, []],
  [{ memory: { limit: 64 } }, [['MemoryMax', 't', '64']]],
  [
    { memory: { limit: 64, swap: 96 } },
    [
      ['MemoryMax', 't', '64'],
      ['MemorySwapMax', 't', '32'],
    ],
  ],
  [
    { memory: { limit: 64, swap: -1 } },
    [
      ['MemoryMax', 't', '64'],
      ['MemorySwapMax', 't', NONE],
    ],
  ],
  [
    { cpu: { quota: 5000, period: 10_000 } },
    [
      ['CPUQuotaPeriodUSec', 't', '10000'],
      ['CPUQuotaPerSecUSec', 't', '500000'],
    ],
  ],
  [
    { cpu: { quota: -1 } },
    [
      ['CPUQuotaPeriodUSec', 't', '100000'],
      ['CPUQuotaPerSecUSec', 't', NONE],
    ],
  ],
  [{ cpu: { shares: 2 } }, [['CPUWeight', 't', '1']]],
  [{ cpu: { shares: 262_144 } }, [['CPUWeight', 't', '10000']]],
])('%j in the words of systemd', (resources, properties) => {
  expect(scopeLimits(resources)).toEqual(properties);
});
