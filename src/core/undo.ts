import { withCleanupFailures } from './errors.ts';

/** Undoing has a deadline of its own: the request that failed may have been given up long ago. */
const UNDO_MS = 60_000;

type Step = (options: { signal: AbortSignal }) => Promise<void>;

/** What has to be taken back if a verb fails half-way, the last thing first. */
export interface Undo {
  add(step: Step): void;
  /** Runs every step, also when one fails, and returns the failure to throw: the first one with those of the clean-up. */
  after(failure: unknown): Promise<unknown>;
}

export const createUndo = (): Undo => {
  const steps: Step[] = [];
  return {
    add: (step) => void steps.push(step),
    after: async (failure) => {
      const failures: unknown[] = [];
      for (const step of steps.splice(0).reverse()) {
        await step({ signal: AbortSignal.timeout(UNDO_MS) }).catch((error: unknown) => failures.push(error));
      }
      return withCleanupFailures(failure, failures);
    },
  };
};

/** Runs `action`; when it throws, everything it registered is taken back first. */
export const undoOnFailure = async <T>(action: (undo: Undo) => Promise<T>): Promise<T> => {
  const undo = createUndo();
  try {
    return await action(undo);
  } catch (error) {
    throw await undo.after(error);
  }
};
