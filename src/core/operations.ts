import { categorised, messageOf } from './errors.ts';
import { type Meter, noMeter } from './ports/meter.ts';
import { noTracer, type Tracer } from './ports/tracer.ts';
import type { Stage, StageOf, Verb } from './stages.ts';

/** One verb under way, for operators: what it works on, where it stands and since when. */
export interface Operation {
  readonly verb: Verb;
  readonly id: string;
  readonly sinceMs: number;
  stage: string;
}

/** Called when a verb enters a stage. Tests put faults here; in production there is none. */
export type StageHook = (verb: Verb, stage: string) => Promise<void> | void;

/** The running account of one verb. */
export interface Progress<S extends string> {
  /** Enters the next stage. */
  readonly stage: Stage<S>;
}

export interface Operations {
  /** A deadline that passes and a disk that is full become JanusErrors which name the verb and its stage. */
  run<V extends Verb, T>(verb: V, id: string, action: (progress: Progress<StageOf<V>>) => Promise<T>): Promise<T>;
  list(): readonly Operation[];
}

export interface OperationOptions {
  readonly hook?: StageHook | undefined;
  readonly nowMs?: () => number;
  readonly meter?: Pick<Meter, 'stage' | 'operation'>;
  readonly tracer?: Tracer;
}

const FIRST = 'begin';

export const createOperations = ({
  hook = () => undefined,
  nowMs = Date.now,
  meter = noMeter,
  tracer = noTracer,
}: OperationOptions = {}): Operations => {
  const underway = new Set<Operation>();

  /** Tells how long each stage took, and at the end the whole. */
  const measured = (operation: Operation) => {
    let entered = operation.sinceMs;
    const seconds = (since: number): number => Math.max(0, nowMs() - since) / 1000;
    const leave = (): void => {
      meter.stage(operation.verb, operation.stage, seconds(entered));
      entered = nowMs();
    };
    const end = (outcome: 'success' | 'failure'): void => {
      leave();
      meter.operation(operation.verb, outcome, seconds(operation.sinceMs));
    };
    return { leave, end };
  };

  return {
    run: async (verb, id, action) => {
      const operation: Operation = { verb, id, sinceMs: nowMs(), stage: FIRST };
      const { leave, end } = measured(operation);
      const trace = tracer.begin(verb, id);
      underway.add(operation);
      const stage = async (name: string): Promise<void> => {
        leave();
        operation.stage = name;
        trace.stage(name);
        await hook(verb, name);
      };
      try {
        const result = await action({ stage });
        end('success');
        trace.end();
        return result;
      } catch (error) {
        end('failure');
        trace.end(messageOf(error));
        throw categorised(error, `${verb} ${id}: ${operation.stage}`);
      } finally {
        underway.delete(operation);
      }
    },
    list: () => [...underway],
  };
};
