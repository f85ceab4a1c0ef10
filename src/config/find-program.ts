import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

const DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** Where the distribution put a program, whatever PATH the daemon was started with; else where it is expected. */
export const findProgram = (name: string): string =>
  DIRECTORIES.map((directory) => join(directory, name)).find(isProgram) ?? join('/usr/bin', name);
