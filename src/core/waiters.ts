/** Who waits for something to happen to an object. */
export interface Waiters {
  /** Resolves at the next `notify` of the id, or after `ms` milliseconds, whichever comes first. */
  wait(id: string, ms: number): Promise<void>;
  notify(id: string): void;
}

export const createWaiters = (): Waiters => {
  const waiting = new Map<string, Set<() => void>>();
  return {
    wait: (id, ms) =>
      new Promise((resolve) => {
        const set = waiting.get(id) ?? new Set();
        waiting.set(id, set);
        const finish = (): void => {
          clearTimeout(timer);
          set.delete(finish);
          if (set.size === 0 && waiting.get(id) === set) waiting.delete(id);
          resolve();
        };
        const timer = setTimeout(finish, ms);
        set.add(finish);
      }),
    notify: (id) => {
      for (const finish of [...(waiting.get(id) ?? [])]) finish();
    },
  };
};
