import { categorised } from './errors.ts';

/** One verb under way, for operators: what it works on, where it stands and since when. */
export interface Operation {
  readonly verb: string;
  readonly id: string;
  readonly sinceMs: number;
  stage: string;
}

/** Called when a verb enters a stage. Tests put faults here; in production it does nothing. */
export type StageHook = (verb: string, stage: string) => Promise<void> | void;

/** The running account of one verb. */
export interface Progress {
  /** Enters the next stage. */
  stage(name: string): Promise<void>;
}

export interface Operations {
  /** A deadline that passes and a disk that is full become JanusErrors which name the verb and its stage. */
  run<T>(verb: string, id: string, action: (progress: Progress) => Promise<T>): Promise<T>;
  list(): readonly Operation[];
}

export const createOperations = (hook: StageHook = () => undefined, nowMs: () => number = Date.now): Operations => {
  const underway = new Set<Operation>();
  return {
    run: async (verb, id, action) => {
      const operation: Operation = { verb, id, sinceMs: nowMs(), stage: 'begin' };
      underway.add(operation);
      try {
        return await action({
          stage: async (name) => {
            operation.stage = name;
            await hook(verb, name);
          },
        });
      } catch (error) {
        throw categorised(error, `${verb} ${id}: ${operation.stage}`);
      } finally {
        underway.delete(operation);
      }
    },
    list: () => [...underway],
  };
};
