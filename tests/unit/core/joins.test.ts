import { expect, it, vi } from 'vitest';
import { createJoins } from '../../../src/core/joins.ts';

/** Node 20 has no Promise.withResolvers. */
const pending = () => {
  let resolve: (value: string) => void = () => undefined;
  const promise = new Promise<string>((settle) => (resolve = settle));
  return { promise, resolve };
};

it('the same request joins the work under way', async () => {
  const joins = createJoins<string>();
  const { promise, resolve } = pending();
  const work = { name: 'pod', id: '1', fingerprint: 'x', run: vi.fn(() => promise) };
  const both = Promise.all([joins.join(work), joins.join({ ...work, id: '2' })]);
  resolve('made');
  expect(await both).toEqual(['made', 'made']);
  expect(work.run).toHaveBeenCalledOnce();
});

it('another request for the name is told the id and the age of the work', async () => {
  let now = 0;
  const joins = createJoins<string>(() => now);
  const { promise, resolve } = pending();
  const first = joins.join({ name: 'pod', id: 'id-1', fingerprint: 'x', run: () => promise });
  now = 2500;
  expect(() => joins.join({ name: 'pod', id: 'id-2', fingerprint: 'y', run: () => promise })).toThrow(
    expect.objectContaining({ kind: 'already-exists', message: expect.stringMatching(/id-1 since 2\.5 s/) }),
  );
  resolve('made');
  await first;
});

it.each(['made', 'failed'])('a name is free again when its work is %s', async (outcome) => {
  const joins = createJoins<string>();
  const run = () => (outcome === 'made' ? Promise.resolve(outcome) : Promise.reject(new Error(outcome)));
  await joins.join({ name: 'pod', id: '1', fingerprint: 'x', run }).catch(() => undefined);
  expect(await joins.join({ name: 'pod', id: '2', fingerprint: 'y', run: async () => 'again' })).toBe('again');
});
