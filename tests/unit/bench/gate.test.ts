import { expect, test } from 'vitest';
import { gate } from '../../../bench/engines/gate.ts';

test('what has begun is waited for, also if it fails, and nothing begins after', async () => {
  const { pass, close } = gate('the floor');
  let fail = (_: Error): void => undefined;
  const begun = pass(() => new Promise<void>((_, reject) => (fail = reject)));
  let closed = false;
  const closing = close().then(() => (closed = true));
  await expect(pass(() => Promise.resolve(1))).rejects.toThrow('the floor: taken away');
  expect(closed).toBe(false);
  fail(new Error('broken'));
  await expect(begun).rejects.toThrow('broken');
  await closing;
});

test('it gives what the work gives', async () => {
  await expect(gate('the floor').pass(() => Promise.resolve(7))).resolves.toBe(7);
});
