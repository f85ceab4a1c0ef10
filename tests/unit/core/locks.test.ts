import { expect, it } from 'vitest';
import { createLocks } from '../../../src/core/locks.ts';

it('is held by one at a time, in the order of asking', async () => {
  const locks = createLocks();
  const order: string[] = [];
  const use = async (who: string): Promise<void> => {
    using _lock = await locks.acquire('a');
    order.push(`${who} in`);
    await Promise.resolve();
    order.push(`${who} out`);
  };
  await Promise.all([use('first'), use('second'), use('third')]);
  expect(order).toEqual(['first in', 'first out', 'second in', 'second out', 'third in', 'third out']);
});

it('of another key is free', async () => {
  const locks = createLocks();
  using _a = await locks.acquire('a');
  using _b = await locks.acquire('b');
  expect([...locks.waiting()]).toEqual([
    ['a', 0],
    ['b', 0],
  ]);
});

it('is given back by a failure', async () => {
  const locks = createLocks();
  const fail = async (): Promise<void> => {
    using _lock = await locks.acquire('a');
    throw new Error('no');
  };
  await expect(fail()).rejects.toThrow('no');
  expect(locks.waiting().size).toBe(0);
});

it('given back twice does not free the next holder', async () => {
  const locks = createLocks();
  const first = await locks.acquire('a');
  const second = locks.acquire('a');
  const third = locks.acquire('a');
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  await second;
  expect(locks.waiting().get('a')).toBe(1);
  (await second)[Symbol.dispose]();
  await third;
});
