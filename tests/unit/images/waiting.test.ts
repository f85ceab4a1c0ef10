import { describe, expect, test } from 'vitest';
import { createJoined } from '../../../src/images/joined.ts';

const never = new AbortController().signal;
const deferred = <T>() => {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};

describe('joined work', () => {
  test('runs once for callers with one key, and anew afterwards', async () => {
    const joined = createJoined<number>();
    let runs = 0;
    const work = async (): Promise<number> => {
      runs += 1;
      return runs;
    };
    expect(await Promise.all([joined('a', work, { signal: never }), joined('a', work, { signal: never })])).toEqual([
      1, 1,
    ]);
    expect(await joined('b', work, { signal: never })).toBe(2);
    expect(await joined('a', work, { signal: never })).toBe(3);
  });

  test('aborts when the last caller leaves, and not before', async () => {
    const joined = createJoined<string>();
    const started = deferred<AbortSignal>();
    const work = ({ signal }: { signal: AbortSignal }): Promise<string> => {
      started.resolve(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const [first, second] = [new AbortController(), new AbortController()];
    const callers = [joined('a', work, { signal: first.signal }), joined('a', work, { signal: second.signal })];
    const outcomes = Promise.allSettled(callers);
    const signal = await started.promise;
    first.abort(new Error('first left'));
    await expect(callers[0]).rejects.toThrow('first left');
    expect(signal.aborted).toBe(false);
    second.abort(new Error('second left'));
    await outcomes;
    expect(signal.aborted).toBe(true);
  });

  test('a caller after the abort does not join work that is ending', async () => {
    const joined = createJoined<string>();
    const leave = new AbortController();
    const ending = joined('a', () => new Promise<string>(() => undefined), { signal: leave.signal });
    leave.abort(new Error('left'));
    await expect(ending).rejects.toThrow('left');
    expect(await joined('a', async () => 'new', { signal: never })).toBe('new');
  });

  test('a failure reaches every caller', async () => {
    const joined = createJoined<string>();
    const fail = async (): Promise<string> => {
      throw new Error('no');
    };
    const outcomes = await Promise.allSettled([
      joined('a', fail, { signal: never }),
      joined('a', fail, { signal: never }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
