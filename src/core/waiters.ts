/** Who waits for something to happen to an object. */
export interface Waiters {
  /** Resolves at the next `notify` of the id, after `ms` milliseconds, or when the signal aborts, whichever comes first. */
  wait(id: string, ms: number, signal?: AbortSignal): Promise<void>;
  notify(id: string): void;
}

export const createWaiters = (): Waiters => {
  const waiting = new Map<string, Set<() => void>>();
  return {
    wait: (id, ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const set = waiting.get(id) ?? new Set();
        waiting.set(id, set);
        const finish = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', finish);
          set.delete(finish);
          if (set.size === 0 && waiting.get(id) === set) waiting.delete(id);
          resolve();
        };
        const timer = setTimeout(finish, ms);
        set.add(finish);
        signal?.addEventListener('abort', finish, { once: true });
      }),
    notify: (id) => {
      for (const finish of [...(waiting.get(id) ?? [])]) finish();
    },
  };
};
