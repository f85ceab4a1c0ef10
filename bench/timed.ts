/**
 * What the client left behind is collected before a call is timed, or its own collector would stand in the 99th percentile. A minor collection is cheap
 * enough for each call. Without --expose-gc nothing is collected.
 */
const collectYoung = (): void => void globalThis.gc?.({ type: 'minor' });

/** Milliseconds that the work took, and what it gave. */
export const timed = async <T>(work: () => Promise<T>): Promise<readonly [number, T]> => {
  collectYoung();
  const begin = performance.now();
  const result = await work();
  return [performance.now() - begin, result];
};

/** What survives the calls, such as decoded lists, is in the old space, which a minor collection leaves to grow. */
const FULL_EVERY = 16;

/** Milliseconds of each of so many calls, one after the other. */
export const inTurn = async (work: () => Promise<unknown>, count: number): Promise<readonly number[]> => {
  const samples: number[] = [];
  for (let i = 0; i < count; i += 1) {
    if (i % FULL_EVERY === 0) globalThis.gc?.();
    samples.push((await timed(work))[0]);
  }
  return samples;
};
