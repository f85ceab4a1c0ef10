/** Runs work, at most so many at a time, first come first served. An abort while waiting rejects with the signal's reason. */
export type Limit = <T>(work: () => Promise<T>, options: { signal: AbortSignal }) => Promise<T>;

export const createLimit = (atOnce: number): Limit => {
  let running = 0;
  const waiting = new Set<() => void>();
  const admitNext = (): void => {
    const [next] = waiting;
    if (next === undefined || running >= atOnce) return;
    waiting.delete(next);
    running += 1;
    next();
  };
  const admission = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const leave = (): void => {
        if (waiting.delete(enter)) reject(signal.reason);
      };
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
      waiting.add(enter);
      admitNext();
    });
  return async (work, { signal }) => {
    await admission(signal);
    try {
      return await work();
    } finally {
      running -= 1;
      admitNext();
    }
  };
};
