import { constants } from 'node:os';

/** The kernel's real-time signals as glibc counts them: it keeps the first two for itself (signal(7)). */
const SIGRTMIN = 34;
const SIGRTMAX = 64;

const names: Readonly<Record<string, number>> = { ...constants.signals, SIGRTMIN, SIGRTMAX };

const REAL_TIME = /^(SIGRTMIN|SIGRTMAX)([+-]\d{1,2})$/;

/**
 * Number of a signal as images and CRI write it: `SIGTERM`, `TERM`, `15`, `SIGRTMIN+3`, in any case. Undefined: there is no such signal.
 */
export const signalNumber = (text: string): number | undefined => {
  if (/^\d{1,2}$/.test(text)) return inRange(Number(text));
  const upper = text.toUpperCase();
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  const [, base, offset] = REAL_TIME.exec(name) ?? [];
  if (base === undefined || offset === undefined) return names[name];
  const number = (names[base] ?? 0) + Number(offset);
  return number >= SIGRTMIN && number <= SIGRTMAX ? number : undefined;
};

const inRange = (number: number): number | undefined => (number >= 1 && number <= SIGRTMAX ? number : undefined);

/** The usual name of a signal: `SIGTERM`, `SIGRTMIN+3`. Undefined: there is no such signal. */
export const signalName = (text: string): string | undefined => {
  const number = signalNumber(text);
  if (number === undefined) return undefined;
  const known = Object.entries(names).find(([, value]) => value === number)?.[0];
  return known ?? `SIGRTMIN+${number - SIGRTMIN}`;
};
