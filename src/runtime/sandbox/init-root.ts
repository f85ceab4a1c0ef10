import { randomUUID } from 'node:crypto';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, JanusError } from '../../core/errors.ts';
import { fchdir, keepOnly, MS, mount } from '../../host/libc/mounts.ts';
import { CLONE, setns, unshare, unshareRoot } from '../../host/libc/namespaces.ts';
import { withoutCapabilities } from '../../host/libc/processes.ts';
import { elsewhere, inThread } from './namespaces.ts';
import { PAUSE } from './pause-program.ts';

/**
 * The root of the inits of PID namespaces that pods share: a directory with nothing in it but the program, which every container of such a pod can look
 * into by /proc/1/root.
 */
export interface InitRoot {
  readonly directory: string;
  /** Makes the directory, once a boot: a program that runs cannot be written to, and its pages are shared by those that run the same file. */
  make(): Promise<void>;
  /**
   * Runs a synchronous action that starts one process: that one is the first of a new PID namespace, finds nothing but the directory, read-only, at `/`, and
   * has no capabilities. `root` is a descriptor of that directory, to be the process's streams: the pod's containers reach them by /proc/1/fd, and could
   * change the mode of the host's own /dev/null.
   */
  within<T>(action: (root: number) => T): T;
}

const PATHS = ['/usr/bin', '/usr/libexec/podman', '/usr/local/bin', '/bin'];

/** False when there is none at `path`. */
const copyProgram = async (path: string, target: string): Promise<boolean> => {
  try {
    await copyFile(path, target);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
};

const copyInit = async (target: string): Promise<void> => {
  for (const path of PATHS) if (await copyProgram(join(path, PAUSE), target)) return;
  throw new JanusError('failed-precondition', `${PAUSE} is not installed: a pod with a shared PID namespace needs it`);
};

/** Where runtimes mount what they do, in an init that they run themselves. */
const MOUNT_POINTS = ['proc', 'dev', 'sys'];

const makeRoot = async (directory: string): Promise<void> => {
  const init = join(directory, PAUSE);
  if (existsSync(init)) return;
  await Promise.all(MOUNT_POINTS.map((name) => mkdir(join(directory, name), { recursive: true, mode: 0o755 })));
  const draft = `${directory}.${randomUUID()}`;
  try {
    await copyInit(draft);
    await rename(draft, init);
  } finally {
    await rm(draft, { force: true });
  }
};

const HERE = constants.O_RDONLY | constants.O_DIRECTORY;

const withDirectory = <T>(path: string, use: (fd: number) => T): T => {
  const fd = openSync(path, HERE);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
};

/** Runs a synchronous action with the calling thread in other mount and PID namespaces, and brings its working directory back too. */
const elsewhereInMounts = <T>(enter: () => void, action: () => T): T => {
  const home = openSync('.', HERE);
  try {
    unshareRoot();
    return elsewhere(['mnt', 'pid'], enter, action);
  } finally {
    fchdir(home);
    closeSync(home);
  }
};

/** A descriptor of a mount namespace with the directory for its root, and nothing else. The namespace is there for as long as the descriptor, or who is in it. */
const makeMountNamespace = (directory: string): number =>
  elsewhereInMounts(
    () => unshare(CLONE.mnt),
    () => {
      const namespace = openSync(inThread('mnt'), 'r');
      try {
        isolate(directory);
        return namespace;
      } catch (error) {
        closeSync(namespace);
        throw error;
      }
    },
  );

/** What is unmounted here must not be on the host: hence private first. */
const isolate = (directory: string): void => {
  mount({ source: 'none', target: '/', flags: MS.rec | MS.private });
  mount({ source: directory, target: directory, flags: MS.bind });
  mount({ source: 'none', target: directory, flags: MS.bind | MS.remount | MS.rdonly | MS.nosuid | MS.nodev });
  withDirectory(directory, keepOnly);
};

export const createInitRoot = (directory: string): InitRoot => {
  /** Each init gets a copy: a privileged container can mount something in that of its pod. */
  let mounts: number | undefined;

  const forget = (): void => {
    if (mounts !== undefined) closeSync(mounts);
    mounts = undefined;
  };

  return {
    directory,
    make: () => makeRoot(directory),
    within: (action) => {
      mounts ??= makeMountNamespace(directory);
      const namespace = mounts;
      const enter = (): void => {
        setns(namespace, 'mnt');
        unshare(CLONE.mnt | CLONE.pid);
      };
      try {
        return elsewhereInMounts(enter, () => withDirectory('/', (root) => withoutCapabilities(() => action(root))));
      } catch (error) {
        // Its directory may have been taken away: the next one looks again.
        forget();
        throw error;
      }
    },
  };
};
