interface Closable {
  close(): Promise<void>;
}

/** Closes each, the last first, whatever becomes of the others; what fails is said, and makes the run a failure. */
export const closeAll = async (all: readonly Closable[]): Promise<void> => {
  for (const each of [...all].reverse())
    try {
      await each.close();
    } catch (failure) {
      console.error(failure);
      process.exitCode = 1;
    }
};
