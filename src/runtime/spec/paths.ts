import { posix } from 'node:path';
import { invalidArgument } from '../../core/errors.ts';

/** A path's normal form: absolute, no `.`, no `//`, no slash at the end. `..` and NUL are refused, not resolved. */
export const containerPath = (path: string, field: string): string => {
  if (!path.startsWith('/')) throw invalidArgument(field, `must be an absolute path, not ${JSON.stringify(path)}`);
  if (path.includes('\0')) throw invalidArgument(field, 'must not hold a NUL');
  if (path.split('/').includes('..')) throw invalidArgument(field, `must not hold "..": ${JSON.stringify(path)}`);
  return withoutTrailingSlash(posix.normalize(path));
};

/** As above for a path on the host, where `..` is the client's own business. */
export const hostPath = (path: string, field: string): string => {
  if (!path.startsWith('/')) throw invalidArgument(field, `must be an absolute path, not ${JSON.stringify(path)}`);
  if (path.includes('\0')) throw invalidArgument(field, 'must not hold a NUL');
  return withoutTrailingSlash(posix.normalize(path));
};

const withoutTrailingSlash = (path: string): string =>
  path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;

/** How many parts a normal path has: 0 for `/`. Parents have fewer than their children. */
export const depth = (path: string): number => path.split('/').filter((part) => part !== '').length;

export const isWithin = (path: string, parent: string): boolean =>
  path === parent || path.startsWith(parent === '/' ? '/' : `${parent}/`);
