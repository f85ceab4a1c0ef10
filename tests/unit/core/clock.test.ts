import { expect, it } from 'vitest';
import { createClock } from '../../../src/core/clock.ts';

it('never gives a time twice, nor a smaller one when the host is set back', () => {
  let wall = 1000;
  const clock = createClock(() => wall);
  const times = [clock.unique(), clock.unique()];
  wall = 10;
  times.push(clock.unique());
  wall = 2000;
  times.push(clock.unique());
  expect(times).toEqual([1_000_000_000n, 1_000_000_001n, 1_000_000_002n, 2_000_000_000n]);
});

it('goes on after times that were handed out before a restart', () => {
  const clock = createClock(() => 1);
  clock.advanceTo(7_000_000n);
  clock.advanceTo(5n);
  expect(clock.unique()).toBe(7_000_001n);
});
