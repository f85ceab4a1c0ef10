import type { RuntimeHandlerFacts } from './engine.ts';
import { invalidArgument } from './errors.ts';

/** The RuntimeClass handlers of this node. */
export interface RuntimeHandlers {
  /** Name of the runtime behind a handler; "" is the default one. Unknown: invalid-argument. */
  runtimeOf(handler: string): string;
  /** With what each can do; the default stands under "" and under its name. */
  list(): readonly RuntimeHandlerFacts[];
}

export interface HandlerTable {
  readonly defaultRuntime: string;
  /** Handler to runtime; a runtime's own name is a handler too. */
  readonly handlers: Readonly<Record<string, string>>;
  readonly runtimes: readonly string[];
  readonly features: (runtime: string) => Omit<RuntimeHandlerFacts, 'name'>;
}

export const createHandlers = ({ defaultRuntime, handlers, runtimes, features }: HandlerTable): RuntimeHandlers => {
  const table = new Map<string, string>([
    ['', defaultRuntime],
    ...runtimes.map((name) => [name, name] as const),
    ...Object.entries(handlers),
  ]);
  return {
    runtimeOf: (handler) => {
      const runtime = table.get(handler);
      if (runtime === undefined)
        throw invalidArgument('runtime_handler', `no handler ${JSON.stringify(handler)} is configured`);
      return runtime;
    },
    list: () => [...table].map(([name, runtime]) => ({ name, ...features(runtime) })),
  };
};
