import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { errnoOf } from '../core/errors.ts';
import { setAttribute } from '../host/libc/files.ts';

const SELINUX = 'security.selinux';

/**
 * Gives a host path and all below it an SELinux label of its own, `user:role:type:range`; without a label nothing happens. Links are labelled
 * themselves and never followed: a container that runs may exchange a directory for one at any moment, so each is reached through a descriptor.
 */
export const relabel = async (path: string, label: string | undefined, signal: AbortSignal): Promise<void> => {
  if (label === undefined) return;
  const value = Buffer.from(`${label}\0`);
  setLabel(path, value);
  await relabelBelow(path, value, signal);
};

const relabelBelow = async (path: string, value: Buffer, signal: AbortSignal): Promise<void> => {
  const directory = await openDirectory(path);
  if (directory === undefined) return;
  try {
    const base = `/proc/self/fd/${directory.fd}`;
    for (const entry of await readdir(base, { withFileTypes: true })) {
      signal.throwIfAborted();
      const child = `${base}/${entry.name}`;
      setLabel(child, value);
      if (entry.isDirectory()) await relabelBelow(child, value, signal);
    }
  } finally {
    await directory.close();
  }
};

/** Undefined for what is no directory, or no longer there. */
const openDirectory = (path: string) =>
  open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(
    ifOneOf('ENOTDIR', 'ELOOP', 'ENOENT'),
  );

/** File systems without labels have the one of their mount; files come and go while this runs. */
const setLabel = (path: string, value: Buffer): void => {
  try {
    setAttribute(path, SELINUX, value);
  } catch (error) {
    ifOneOf('ENOTSUP', 'EOPNOTSUPP', 'ENOENT')(error);
  }
};

const ifOneOf =
  (...codes: readonly string[]) =>
  (error: unknown): undefined => {
    if (!codes.includes(errnoOf(error) ?? '')) throw error;
    return undefined;
  };
