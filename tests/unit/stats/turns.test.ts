import { expect, test } from 'vitest';
import { createTurns } from '../../../src/runtime/stats/turns.ts';

test('work is done in order, and others get a turn after a slice', async () => {
  let time = 0;
  const done: string[] = [];
  const takeTurn = createTurns(() => time);
  const piece = (name: string) => () => {
    done.push(name);
    time += 3;
  };
  const all = Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => takeTurn(piece(name))));
  setImmediate(() => done.push('other'));
  await all;
  expect(done.filter((name) => name !== 'other').join('')).toBe('abcde');
  expect(done.indexOf('other')).toBeLessThan(done.indexOf('e'));
});

test('a piece that throws fails its caller only', async () => {
  const takeTurn = createTurns(() => 0);
  const failing = takeTurn(() => {
    throw new Error('no');
  });
  const next = takeTurn(() => 5);
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe(5);
});
