import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, JanusError } from '../core/errors.ts';

/** Makes one directory; there already: no error. */
const makeOne = async (path: string, mode: number): Promise<void> => {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
  }
};

/** Makes a directory, and those above it; there already: no error. A full disk is ENOSPC, which Node's recursive mkdir reports as ENOENT. */
export const makeDirectory = async (path: string, mode: number): Promise<void> => {
  try {
    await makeOne(path, mode);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path), mode);
    await makeOne(path, mode);
  }
};

/** What is in it survives a power cut: a file its content, a directory its names. */
export const syncPath = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const writeSynced = async (path: string, content: string, mode: number): Promise<void> => {
  const handle = await open(path, 'w', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** No room is the caller's business, not an internal fault. */
const named = (error: unknown, path: string): unknown =>
  ['ENOSPC', 'EDQUOT'].includes(errnoOf(error) ?? '')
    ? new JanusError('resource-exhausted', `no space left to write ${path}`, { cause: error })
    : error;

/**
 * Replaces a file in one step: a reader, and the next start after a crash, see the old content or the new one.
 * `durable` syncs the file and its directory, so that a power cut keeps it too (1.7 ms on an SSD).
 */
export const replaceFile = async (
  path: string,
  content: string,
  options: { durable: boolean; mode?: number },
): Promise<void> => {
  const { durable, mode = 0o600 } = options;
  const draft = join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await (durable ? writeSynced(draft, content, mode) : writeFile(draft, content, { mode }));
    await rename(draft, path);
    if (durable) await syncPath(dirname(path));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw named(error, path);
  }
};

/** A file that was replaced without `durable` survives a power cut from here on, too. */
export const syncFile = async (path: string): Promise<void> => {
  try {
    await syncPath(path);
    await syncPath(dirname(path));
  } catch (error) {
    throw named(error, path);
  }
};
