import type { Pressure, PressureLine } from '../../core/ports/stats.ts';
import { readSmall } from './small-files.ts';

const LINE = /^(some|full) avg10=([\d.]+) avg60=([\d.]+) avg300=([\d.]+) total=(\d+)$/gm;

const NONE: PressureLine = { total: 0n, avg10: 0, avg60: 0, avg300: 0 };

/** Documentation/accounting/psi.rst. Undefined: not such a file. Kernels before 5.13 have no `full` line for the processor. */
export const parsePressure = (text: string): Pressure | undefined => {
  const lines = new Map<string, PressureLine>();
  for (const [, kind = '', avg10, avg60, avg300, total = '0'] of text.matchAll(LINE))
    lines.set(kind, { total: BigInt(total), avg10: Number(avg10), avg60: Number(avg60), avg300: Number(avg300) });
  const some = lines.get('some');
  return some === undefined ? undefined : { some, full: lines.get('full') ?? NONE };
};

/** Undefined: the kernel keeps none. */
export const readPressure = (path: string): Pressure | undefined => {
  const text = readSmall(path);
  return text === undefined ? undefined : parsePressure(text);
};
