import { expect, test } from 'vitest';
import { createLimit } from '../../../src/network/limit.ts';
import { never } from './support.ts';

const gate = (): { open: () => void; wait: Promise<void> } => {
  let open = (): void => undefined;
  const wait = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, wait };
};

test('tasks beyond the slots wait for their turn', async () => {
  const limit = createLimit(2);
  const gates = [gate(), gate(), gate()];
  const started: number[] = [];
  const tasks = gates.map(({ wait }, index) =>
    limit(never.signal, async () => {
      started.push(index);
      await wait;
    }),
  );
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  gates[1]?.open();
  await tasks[1];
  expect(started).toEqual([0, 1, 2]);
  for (const { open } of gates) open();
  await Promise.all(tasks);
});

test('a task that waits leaves when its signal aborts, and a failure frees the slot', async () => {
  const limit = createLimit(1);
  const { open, wait } = gate();
  const first = limit(never.signal, async () => {
    await wait;
    throw new Error('first');
  });
  const aborted = new AbortController();
  const second = limit(aborted.signal, async () => 'second');
  aborted.abort(new Error('left'));
  await expect(second).rejects.toThrow('left');
  await expect(limit(aborted.signal, async () => 'never')).rejects.toThrow('left');
  open();
  await expect(first).rejects.toThrow('first');
  await expect(limit(never.signal, async () => 'third')).resolves.toBe('third');
});
