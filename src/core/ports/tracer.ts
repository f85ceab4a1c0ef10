/** The trace of one verb. */
export interface VerbTrace {
  /** The verb enters a stage, and leaves the one before. */
  stage(name: string): void;
  /** `failure`: why it failed; undefined when it did not. */
  end(failure?: string): void;
}

/**
 * Who is told of each single verb, for those who want to know where the time of one call went. A port because the library that sends traces, and
 * whether any are sent at all, is the daemon's concern. Nothing here may fail or wait.
 */
export interface Tracer {
  /** `id`: of what it works on. */
  begin(verb: string, id: string): VerbTrace;
}

const untraced: VerbTrace = { stage: () => undefined, end: () => undefined };

export const noTracer: Tracer = { begin: () => untraced };
