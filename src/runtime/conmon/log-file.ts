import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { errnoOf } from '../../core/errors.ts';

/** As conmon names the file that it renames into place when it opens a log again. */
const DRAFT = '.tmp';

const at = async (path: string): Promise<Stats | undefined> => {
  try {
    return await lstat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

const faultOfFile = async (path: string): Promise<string | undefined> => {
  const file = await at(path);
  if (file === undefined) return undefined;
  if (!file.isFile()) return `${path} is no regular file`;
  return file.nlink === 1 ? undefined : `${path} has other names`;
};

const faultOfDirectories = async (directory: string, names: readonly string[]): Promise<string | undefined> => {
  let path = directory;
  for (const name of names) {
    path = join(path, name);
    const found = await at(path);
    if (found !== undefined && !found.isDirectory()) return `${path} is no directory`;
  }
  return undefined;
};

/**
 * conmon opens a log as root, follows links and waits for FIFOs. Whoever can write into a pod's log directory, a container that shows it say, must not
 * choose another file of the host by them. Gives the reason why the log at `path` must not be opened; what is not there can be made.
 */
export const logFault = async (directory: string, path: string): Promise<string | undefined> => {
  const names = relative(directory, path).split(sep).slice(0, -1);
  return (
    (await faultOfDirectories(directory, names)) ?? (await faultOfFile(path)) ?? (await faultOfFile(`${path}${DRAFT}`))
  );
};
