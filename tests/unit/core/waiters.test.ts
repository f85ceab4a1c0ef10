import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createWaiters } from '../../../src/core/waiters.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('wakes all who wait for the id, and nobody else', async () => {
  const waiters = createWaiters();
  const woken: string[] = [];
  const waits = ['a', 'a', 'b'].map((id) => waiters.wait(id, 1000).then(() => woken.push(id)));
  waiters.notify('a');
  await Promise.all(waits.slice(0, 2));
  expect(woken).toEqual(['a', 'a']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(woken).toEqual(['a', 'a', 'b']);
});

it('leaves no timer behind', async () => {
  const waiters = createWaiters();
  const wait = waiters.wait('a', 1000);
  waiters.notify('a');
  await wait;
  expect(vi.getTimerCount()).toBe(0);
});

it('a notice that nobody waits for is not kept', async () => {
  const waiters = createWaiters();
  waiters.notify('a');
  let woken = false;
  const wait = waiters.wait('a', 10).then(() => (woken = true));
  await vi.advanceTimersByTimeAsync(9);
  expect(woken).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await wait;
});

it('an abort ends the wait, and leaves no timer behind', async () => {
  const waiters = createWaiters();
  const gone = new AbortController();
  const wait = waiters.wait('a', 1000, gone.signal);
  gone.abort();
  await wait;
  await waiters.wait('a', 1000, gone.signal);
  expect(vi.getTimerCount()).toBe(0);
});
