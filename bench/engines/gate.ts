export interface Gate {
  /** Does the work; rejects once the gate is closed. */
  readonly pass: <T>(work: () => Promise<T>) => Promise<T>;
  /** Nothing more begins from here on; resolves when all that had begun is over, whatever became of it. */
  readonly close: () => Promise<void>;
}

/** A round that is cut short goes on until it fails: behind a gate its programs make nothing in a place that is being taken away. */
export const gate = (name: string): Gate => {
  const underway = new Set<Promise<unknown>>();
  let closed = false;
  const follow = async <T>(work: Promise<T>): Promise<T> => {
    underway.add(work);
    try {
      return await work;
    } finally {
      underway.delete(work);
    }
  };
  return {
    pass: (work) => (closed ? Promise.reject(new Error(`${name}: taken away`)) : follow(work())),
    close: async () => {
      closed = true;
      await Promise.allSettled(underway);
    },
  };
};
