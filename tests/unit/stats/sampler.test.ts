import { expect, test } from 'vitest';
import type { CgroupUsage } from '../../../src/core/ports/stats.ts';
import { createSampler, FRESH_MS, RATE_MS } from '../../../src/runtime/stats/sampler.ts';
import { usageOf } from './usage.ts';

/** A cgroup whose processor time is set by hand. */
const world = () => {
  let time = 1000;
  let used = 0n;
  let reads = 0;
  let gone = false;
  const sample = createSampler(
    () => time,
    async (work) => work(),
  );
  const read = (): CgroupUsage | undefined => {
    reads += 1;
    return gone ? undefined : usageOf({ cpu: used });
  };
  return {
    ask: (key = 'a') => sample(key, read),
    rate: async () => (await sample('a', read))?.cpu.usageNanoCores,
    pass: (milliseconds: number, nanoseconds = 0n) => {
      time += milliseconds;
      used += nanoseconds;
    },
    reset: () => {
      used = 0n;
    },
    remove: () => {
      gone = true;
    },
    reads: () => reads,
  };
};

test('one reading serves all callers for a while, and no longer', async () => {
  const { ask, pass, reads } = world();
  await Promise.all([ask(), ask(), ask()]);
  pass(FRESH_MS - 1);
  await ask();
  expect(reads()).toBe(1);
  pass(1, 5n);
  expect((await ask())?.cpu.usageCoreNanoSeconds).toBe(5n);
  expect(reads()).toBe(2);
});

test('cgroups do not share readings', async () => {
  const { ask, reads } = world();
  await Promise.all([ask('a'), ask('b')]);
  expect(reads()).toBe(2);
});

test('the rate is that since the last reading', async () => {
  const { rate, pass } = world();
  expect(await rate()).toBeUndefined();
  pass(10_000, 5_000_000_000n);
  expect(await rate()).toBe(500_000_000n);
  pass(2000, 3_000_000_000n);
  expect(await rate()).toBe(1_500_000_000n);
});

test('readings too close for a rate keep the last one, and its beginning', async () => {
  const { rate, pass } = world();
  await rate();
  pass(2000, 2_000_000_000n);
  expect(await rate()).toBe(1_000_000_000n);
  pass(FRESH_MS, 0n);
  expect(await rate()).toBe(1_000_000_000n);
  pass(RATE_MS - FRESH_MS, 250_000_000n);
  expect(await rate()).toBe(250_000_000n);
});

test('a cgroup that was made anew has no rate yet', async () => {
  const { rate, pass, reset } = world();
  pass(0, 9n);
  await rate();
  reset();
  pass(5000);
  expect(await rate()).toBeUndefined();
});

test('a cgroup that is gone has no figures, the old ones neither', async () => {
  const { ask, pass, remove } = world();
  await ask();
  remove();
  pass(FRESH_MS);
  expect(await ask()).toBeUndefined();
});
