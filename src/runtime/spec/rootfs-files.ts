import { constants } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, JanusError } from '../../core/errors.ts';

const MAX_LINKS = 40;
const MAX_BYTES = 1024 * 1024;

const refuse = (path: string, why: string): JanusError => new JanusError('failed-precondition', `${path} ${why}`);

/**
 * Where `path` leads inside `rootfs`, as an absolute path of the host: links are followed as if `rootfs` were `/`, and `..` stops there.
 * Undefined when a part does not exist. Only for a root file system that nobody else changes meanwhile.
 * Errors: failed-precondition for a loop of links.
 */
export const resolveInRootfs = async (rootfs: string, path: string): Promise<string | undefined> => {
  const pending = parts(path);
  const done: string[] = [];
  let links = 0;
  for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
    if (part === '..') {
      done.pop();
      continue;
    }
    const target = await linkTarget(join(rootfs, ...done, part));
    if (target === undefined) return undefined;
    if (target === '') {
      done.push(part);
      continue;
    }
    if (++links > MAX_LINKS) throw refuse(`${path} of the image`, 'is a loop of symbolic links');
    if (target.startsWith('/')) done.length = 0;
    pending.unshift(...parts(target));
  }
  return join(rootfs, ...done);
};

const parts = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');

/** Empty: not a link. Undefined: not there. */
const linkTarget = async (path: string): Promise<string | undefined> => {
  try {
    const stat = await lstat(path);
    return stat.isSymbolicLink() ? await readlink(path) : '';
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
};

const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');

/**
 * Text of a small file of an image, empty when it is absent. What the image chose to put there is not trusted: a link that leaves the
 * root, a FIFO, a device or more than 1 MiB is failed-precondition (CVE-2024-9676, CVE-2025-4437).
 */
export const readRootfsFile = async (rootfs: string, path: string): Promise<string> => {
  const resolved = await resolveInRootfs(rootfs, path);
  if (resolved === undefined) return '';
  return readRegularFile(resolved, `${path} of the image`);
};

/** `name` is what errors call the file. Errors: failed-precondition if it is not a regular file of at most 1 MiB. */
export const readRegularFile = async (path: string, name: string): Promise<string> => {
  if (!(await lstat(path)).isFile()) throw refuse(name, 'is not a regular file');
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw refuse(name, 'is not a regular file');
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0);
    if (bytesRead > MAX_BYTES) throw refuse(name, `is larger than ${MAX_BYTES} bytes`);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
};
