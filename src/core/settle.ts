/**
 * Waits for all of them, also when one fails, and then throws the first failure: a caller that goes on to undo, or lets go of a lock, does so when
 * nothing works on behind its back.
 */
export const settleAll = async <T extends readonly Promise<unknown>[] | []>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> => {
  await Promise.allSettled(work);
  return Promise.all(work);
};
