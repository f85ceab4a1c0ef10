import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inTurn, timed } from '../../../bench/timed.ts';

test('what was timed gives its result too', async () => {
  const [ms, result] = await timed(() => delay(20, 'done'));
  expect(result).toBe('done');
  expect(ms).toBeGreaterThan(15);
});

test('calls in turn never meet', async () => {
  let [running, most] = [0, 0];
  const samples = await inTurn(async () => {
    running += 1;
    most = Math.max(most, running);
    await delay(1);
    running -= 1;
  }, 3);
  expect(samples).toHaveLength(3);
  expect(most).toBe(1);
});
