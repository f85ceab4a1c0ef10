import { expect, it } from 'vitest';
import { JanusError } from '../../../src/core/errors.ts';
import { type Undo, undoOnFailure } from '../../../src/core/undo.ts';

const failing = (undone: string[], broken: readonly string[] = []) => {
  const step = (name: string) => async () => {
    undone.push(name);
    if (broken.includes(name)) throw new Error(`${name} is broken`);
  };
  return async (undo: Undo): Promise<never> => {
    for (const name of ['one', 'two', 'three']) undo.add(step(name));
    throw new JanusError('unavailable', 'no network');
  };
};

it('takes back the last thing first, and then forgets', async () => {
  const undone: string[] = [];
  const forget = async (): Promise<void> => void undone.push('forget');
  await expect(undoOnFailure(failing(undone), forget)).rejects.toThrow(
    expect.objectContaining({ kind: 'unavailable', message: 'no network' }),
  );
  expect(undone).toEqual(['three', 'two', 'one', 'forget']);
});

it('takes nothing back after a success', async () => {
  const undone: string[] = [];
  const action = async (undo: Undo): Promise<number> => {
    undo.add(async () => void undone.push('one'));
    return 5;
  };
  expect(await undoOnFailure(action, async () => void undone.push('forget'))).toBe(5);
  expect(undone).toEqual([]);
});

it('goes on when a step fails, keeps both failures, and the record of what is left', async () => {
  const undone: string[] = [];
  const error: unknown = await undoOnFailure(failing(undone, ['two']), async () => void undone.push('forget')).catch(
    (thrown: unknown) => thrown,
  );
  expect(undone).toEqual(['three', 'two', 'one']);
  expect(error).toMatchObject({ kind: 'unavailable', message: 'no network (and cleaning up failed: two is broken)' });
});

it('says so when the record cannot be deleted', async () => {
  const forget = () => Promise.reject(new Error('disk is broken'));
  await expect(undoOnFailure(failing([]), forget)).rejects.toThrow(
    'no network (and cleaning up failed: disk is broken)',
  );
});

it('gives each step a deadline of its own', async () => {
  const signals: AbortSignal[] = [];
  const action = async (undo: Undo): Promise<never> => {
    undo.add(async ({ signal }) => void signals.push(signal));
    undo.add(async ({ signal }) => void signals.push(signal));
    throw new Error('no');
  };
  await expect(undoOnFailure(action, async () => undefined)).rejects.toThrow('no');
  expect(new Set(signals).size).toBe(2);
  expect(signals.some(({ aborted }) => aborted)).toBe(false);
});
