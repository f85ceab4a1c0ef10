import { withCleanupFailures } from './errors.ts';

/** Undoing has a deadline of its own: the request that failed may have been given up long ago. */
const UNDO_MS = 60_000;

type Step = (options: { signal: AbortSignal }) => Promise<void>;

/** What has to be taken back if a verb fails half-way, the last thing first. */
export interface Undo {
  add(step: Step): void;
  /** Runs every step, also when one fails, and returns the failures. */
  all(): Promise<unknown[]>;
}

export const createUndo = (): Undo => {
  const steps: Step[] = [];
  return {
    add: (step) => void steps.push(step),
    all: async () => {
      const failures: unknown[] = [];
      for (const step of steps.splice(0).reverse()) {
        await step({ signal: AbortSignal.timeout(UNDO_MS) }).catch((error: unknown) => failures.push(error));
      }
      return failures;
    },
  };
};

/**
 * Runs `action`; when it throws, everything it registered is taken back first, and then `forget` deletes the record of it. What could not be taken
 * back stays on record, so that it is tried again.
 */
export const undoOnFailure = async <T>(action: (undo: Undo) => Promise<T>, forget: () => Promise<void>): Promise<T> => {
  const undo = createUndo();
  try {
    return await action(undo);
  } catch (failure) {
    const failures = await undo.all();
    if (failures.length === 0) await forget().catch((error: unknown) => failures.push(error));
    throw withCleanupFailures(failure, failures);
  }
};
