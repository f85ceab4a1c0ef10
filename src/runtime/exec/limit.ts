export type Limit = <T>(signal: AbortSignal, task: () => Promise<T>) => Promise<T>;

/** At most `slots` tasks at once, first come first served. A task whose signal aborts while it waits is never begun. */
export const createLimit = (slots: number): Limit => {
  let free = slots;
  const queue: (() => void)[] = [];

  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        queue.splice(queue.indexOf(begin), 1);
        reject(signal.reason);
      };
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      queue.push(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  const release = (): void => {
    const next = queue.shift();
    if (next === undefined) free += 1;
    else next();
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
