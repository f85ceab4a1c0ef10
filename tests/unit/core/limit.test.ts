import { expect, it } from 'vitest';
import { createLimit } from '../../../src/core/limit.ts';

const never = new AbortController().signal;

const gate = () => {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('runs as many tasks at once as it has slots, in the order they came', async () => {
  const limit = createLimit(2);
  const begun: number[] = [];
  const gates = [gate(), gate(), gate(), gate()];
  const tasks = gates.map(({ passed }, index) =>
    limit(never, () => {
      begun.push(index);
      return passed;
    }),
  );
  await turn();
  expect(begun).toEqual([0, 1]);
  gates[1]?.open();
  await turn();
  expect(begun).toEqual([0, 1, 2]);
  for (const { open } of gates) open();
  await Promise.all(tasks);
  expect(begun).toEqual([0, 1, 2, 3]);
});

it('gives the slot of a task that fails to the next', async () => {
  const limit = createLimit(1);
  const failing = limit(never, () => Promise.reject(new Error('no')));
  const next = limit(never, () => Promise.resolve('yes'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});

it('a task given up while it waits is not begun, and costs no slot', async () => {
  const limit = createLimit(1);
  const { open, passed } = gate();
  const first = limit(never, () => passed);
  const patience = new AbortController();
  let begun = false;
  const given = limit(patience.signal, () => {
    begun = true;
    return Promise.resolve();
  });
  const last = limit(never, () => Promise.resolve('last'));
  patience.abort(new Error('gone'));
  await expect(given).rejects.toThrow('gone');
  open();
  await first;
  expect(await last).toBe('last');
  expect(begun).toBe(false);
});
