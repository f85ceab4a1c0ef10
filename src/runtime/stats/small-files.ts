import { closeSync, openSync, readSync } from 'node:fs';
import { errnoOf } from '../../core/errors.ts';

/** Far longer than any file of a cgroup. */
const buffer = Buffer.alloc(32 * 1024);

/** ENODEV: the cgroup went away after the open. EOPNOTSUPP: the kernel has the file and its feature is switched off. */
const ABSENT = ['ENOENT', 'ENODEV', 'EOPNOTSUPP', 'ENOTSUP', 'ESRCH'];

/**
 * A file of a cgroup; undefined if there is none (an undefined path: no such hierarchy). Read synchronously: such a file is made up by the kernel in about ten microseconds,
 * and a round through the thread pool costs ten times that.
 */
export const readSmall = (path: string | undefined): string | undefined => {
  if (path === undefined) return undefined;
  try {
    const fd = openSync(path, 'r');
    try {
      return buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, null));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (ABSENT.includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
};

/** The number that a file holds; undefined without a file, and for `max`. */
export const readNumber = (path: string | undefined): bigint | undefined => {
  const text = readSmall(path)?.trim();
  return text === undefined || !/^\d+$/.test(text) ? undefined : BigInt(text);
};

const valueAt = (text: string, start: number): bigint => {
  const end = text.indexOf('\n', start);
  return BigInt(text.slice(start, end < 0 ? undefined : end));
};

/** A value of a file of lines `name value`; undefined: it has no such line. */
export const field = (text: string, name: string): bigint | undefined => {
  if (text.startsWith(`${name} `)) return valueAt(text, name.length + 1);
  const found = text.indexOf(`\n${name} `);
  return found < 0 ? undefined : valueAt(text, found + name.length + 2);
};

/** Figures that are read one after the other may disagree for a moment. */
export const floor = (value: bigint): bigint => (value < 0n ? 0n : value);
