export type Limit = <T>(signal: AbortSignal, task: () => Promise<T>) => Promise<T>;

/** At most `slots` tasks at once, first come first served; a task whose signal aborts while it waits is never started. */
export const createLimit = (slots: number): Limit => {
  let free = slots;
  const waiting = new Set<() => void>();

  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const start = (): void => {
        waiting.delete(start);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        waiting.delete(start);
        reject(signal.reason);
      };
      waiting.add(start);
      signal.addEventListener('abort', leave, { once: true });
    });

  const release = (): void => {
    const [next] = waiting;
    if (next) next();
    else free += 1;
  };

  return async (signal, task) => {
    signal.throwIfAborted();
    if (free > 0) free -= 1;
    else await turn(signal);
    try {
      return await task();
    } finally {
      release();
    }
  };
};
