import { setImmediate as turn } from 'node:timers/promises';

/** Longest time that short pieces of work keep the event loop to themselves. */
const SLICE_MS = 4;

export type Turns = <T>(work: () => T) => Promise<T>;

/** Runs short synchronous pieces one after the other, in order, and gives the event loop a turn each time they took a slice together. */
export const createTurns = (now: () => number): Turns => {
  let last: Promise<unknown> = Promise.resolve();
  let sliceBegan = Number.NEGATIVE_INFINITY;
  return <T>(work: () => T): Promise<T> => {
    const done = last.then(async () => {
      if (now() - sliceBegan > SLICE_MS) {
        await turn();
        sliceBegan = now();
      }
      return work();
    });
    last = done.catch(() => undefined);
    return done;
  };
};
