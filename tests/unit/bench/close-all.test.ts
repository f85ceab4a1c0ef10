import { afterEach, expect, test, vi } from 'vitest';
import { closeAll } from '../../../bench/close-all.ts';

afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

test('one that cannot be closed keeps no other open, and the run has failed', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const closed: string[] = [];
  const closing = (name: string) => ({ close: () => Promise.resolve(void closed.push(name)) });
  await closeAll([closing('first'), { close: () => Promise.reject(new Error('stuck')) }, closing('last')]);
  expect(closed).toEqual(['last', 'first']);
  expect(said).toHaveBeenCalledOnce();
  expect(process.exitCode).toBe(1);
});
