/** Nanoseconds since the epoch. */
export interface Clock {
  /** Never the same value twice and never a smaller one, even when the host's clock is set back. */
  unique(): bigint;
  /** Later calls of `unique` give more than this: for times that were handed out before a restart. */
  advanceTo(time: bigint): void;
}

const NS_PER_MS = 1_000_000n;

export const createClock = (wallMs: () => number = Date.now): Clock => {
  let last = 0n;
  return {
    unique: () => {
      const wall = BigInt(wallMs()) * NS_PER_MS;
      last = wall > last ? wall : last + 1n;
      return last;
    },
    advanceTo: (time) => {
      if (time > last) last = time;
    },
  };
};
