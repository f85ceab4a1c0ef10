import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, messageOf } from '../core/errors.ts';

export interface RotatingFileOptions {
  readonly directory: string;
  /** All files together: `<name>`, and `<name>.1` for the newest of the full ones. */
  readonly maxFiles: number;
  readonly maxBytes: number;
  readonly name: string;
}

export interface RotatingFile {
  /** Appends at once, so that the last words before an exit are not lost. Never throws: a full disk stops no pod. */
  append(text: string): void;
}

/** Throws if the directory or the file cannot be made. */
export const createRotatingFile = ({ directory, maxFiles, maxBytes, name }: RotatingFileOptions): RotatingFile => {
  mkdirSync(directory, { recursive: true, mode: 0o750 });
  const path = join(directory, name);
  let fd = openSync(path, 'a', 0o640);
  let size = fstatSync(fd).size;
  let failing = false;

  const rotate = (): void => {
    for (let n = maxFiles - 1; n > 0; n -= 1)
      renameIfThere(n === 1 ? path : `${path}.${String(n - 1)}`, `${path}.${String(n)}`);
    const next = openSync(path, maxFiles === 1 ? 'w' : 'a', 0o640);
    closeSync(fd);
    fd = next;
    size = 0;
  };

  const append = (text: string): void => {
    const bytes = Buffer.from(text);
    try {
      if (size > 0 && size + bytes.length > maxBytes) rotate();
      size += writeSync(fd, bytes);
      failing = false;
    } catch (error) {
      if (!failing) process.stderr.write(`janusd: cannot write ${path}: ${messageOf(error)}\n`);
      failing = true;
    }
  };
  return { append };
};

const renameIfThere = (from: string, to: string): void => {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
};
