/** Mutual exclusion by key, first come first served. */
export interface Locks {
  /** `using lock = await locks.acquire(id)`: held until the end of the block. */
  acquire(key: string): Promise<Disposable>;
  /** How many callers wait, by key; keys nobody holds are absent. */
  waiting(): ReadonlyMap<string, number>;
}

export const createLocks = (): Locks => {
  /** Resolvers of those who wait; the holder is not among them. */
  const queues = new Map<string, (() => void)[]>();
  const release = (key: string): void => {
    const next = queues.get(key)?.shift();
    if (next === undefined) queues.delete(key);
    else next();
  };
  const handle = (key: string): Disposable => {
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) release(key);
        held = false;
      },
    };
  };
  return {
    acquire: async (key) => {
      const queue = queues.get(key);
      if (queue === undefined) queues.set(key, []);
      else await new Promise<void>((resolve) => queue.push(resolve));
      return handle(key);
    },
    waiting: () => new Map([...queues].map(([key, queue]) => [key, queue.length])),
  };
};
