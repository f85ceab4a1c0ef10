/** What fails leaves nothing of what was made before it. */
export const orUndo = async <T>(undo: () => unknown, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (failure) {
    await undo();
    throw failure;
  }
};
