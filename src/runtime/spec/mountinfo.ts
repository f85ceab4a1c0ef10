import { JanusError } from '../../core/errors.ts';
import type { Mount } from '../../core/model/container.ts';
import { isWithin } from './paths.ts';

/** A line of /proc/self/mountinfo: proc_pid_mountinfo(5). */
export interface MountInfo {
  readonly mountPoint: string;
  /** `shared:N`, `master:N`, ... */
  readonly propagation: readonly string[];
  readonly type: string;
  readonly superOptions: readonly string[];
}

export const parseMountinfo = (text: string): readonly MountInfo[] =>
  text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , , mountPoint, , ...propagation] = before.split(' ');
    const [type = '', , superOptions = ''] = after.split(' ');
    if (mountPoint === undefined) return [];
    return [{ mountPoint: unescapeOctal(mountPoint), propagation, type, superOptions: superOptions.split(',') }];
  });

// Blanks and backslashes are written as three octal digits.
const unescapeOctal = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** The mount that `path` is on: the deepest, and of several on one point the last. */
const mountOf = (path: string, mounts: readonly MountInfo[]): MountInfo | undefined =>
  mounts
    .filter(({ mountPoint }) => isWithin(path, mountPoint))
    .reduce<MountInfo | undefined>(
      (best, mount) => (best !== undefined && best.mountPoint.length > mount.mountPoint.length ? best : mount),
      undefined,
    );

/**
 * What is mounted later under `path` can only travel as the mount asks if the host's own mount is shared (or, towards
 * the container only, a slave). Errors: failed-precondition, as the host and not the request has to change.
 */
export const checkPropagation = (path: string, wanted: Mount['propagation'], mounts: readonly MountInfo[]): void => {
  if (wanted === 'private') return;
  const mount = mountOf(path, mounts);
  const has = (tag: string): boolean => mount?.propagation.some((field) => field.startsWith(`${tag}:`)) ?? false;
  if (has('shared') || (wanted === 'host-to-container' && has('master'))) return;
  const need = wanted === 'bidirectional' ? 'a shared' : 'a shared or slave';
  throw new JanusError(
    'failed-precondition',
    `path ${path} is mounted on ${mount?.mountPoint ?? '/'} but it is not ${need} mount`,
  );
};
