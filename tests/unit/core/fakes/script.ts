/** What the fakes were asked for, in order, and what they are to answer. */
export interface Script {
  /** `network.attach`, `runtime.create` and the like. */
  readonly calls: string[];
  /** The next call fails. */
  failOnce(call: string, error?: Error): void;
  /** Every call fails, until `heal`. */
  fail(call: string, error?: Error): void;
  heal(call: string): void;
  /** Calls wait until the returned function is called. An abort of their signal ends the wait with its reason. */
  hold(call: string): () => void;
  /** How often it was called. */
  count(call: string): number;
  /** For the fakes: writes the call down, waits if it is held, and fails if it is to fail. */
  enter(call: string, signal?: AbortSignal): Promise<void>;
}

interface Failure {
  readonly error: Error;
  readonly once: boolean;
}

const aborted = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal === undefined) return;
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

export const createScript = (): Script => {
  const calls: string[] = [];
  const failures = new Map<string, Failure>();
  const held = new Map<string, Promise<void>>();
  const takeFailure = (call: string): void => {
    const failure = failures.get(call);
    if (failure === undefined) return;
    if (failure.once) failures.delete(call);
    throw failure.error;
  };
  return {
    calls,
    failOnce: (call, error = new Error(`${call} fails`)) => void failures.set(call, { error, once: true }),
    fail: (call, error = new Error(`${call} fails`)) => void failures.set(call, { error, once: false }),
    heal: (call) => void failures.delete(call),
    hold: (call) => {
      let release: () => void = () => undefined;
      held.set(call, new Promise((resolve) => (release = resolve)));
      return () => {
        held.delete(call);
        release();
      };
    },
    count: (call) => calls.filter((each) => each === call).length,
    enter: async (call, signal) => {
      calls.push(call);
      const hold = held.get(call);
      if (hold !== undefined) await Promise.race([hold, aborted(signal)]);
      takeFailure(call);
    },
  };
};
