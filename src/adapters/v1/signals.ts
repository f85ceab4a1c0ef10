import { Signal } from './generated/api.ts';

/** Other names of the same signals; only the first are known everywhere. */
const aliases: Readonly<Record<string, string>> = { SIGCLD: 'SIGCHLD', SIGIOT: 'SIGABRT', SIGPOLL: 'SIGIO' };

/** `SIGRTMINPLUS3` is `SIGRTMIN+3` everywhere but in the proto. */
const commonName = (wireName: string): string =>
  aliases[wireName] ?? wireName.replace('PLUS', '+').replace('MINUS', '-');

const entries = Object.entries(Signal).filter(([, value]) => value > Signal.RUNTIME_DEFAULT);

/** Names of signals by wire value; undefined is the runtime's choice. */
export const signalNames: Readonly<Record<number, { readonly name: string | undefined }>> = {
  [Signal.RUNTIME_DEFAULT]: { name: undefined },
  ...Object.fromEntries(entries.map(([wireName, value]) => [value, { name: commonName(wireName) }])),
};

const byName: ReadonlyMap<string, Signal> = new Map(
  entries.filter(([wireName]) => !(wireName in aliases)).map(([wireName, value]) => [commonName(wireName), value]),
);

/** Signals that CRI has no value for are told as the runtime's choice. */
export const wireSignal = (name: string): Signal => byName.get(name) ?? Signal.RUNTIME_DEFAULT;
