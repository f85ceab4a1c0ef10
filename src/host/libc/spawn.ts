import { call, SystemError } from './library.ts';

const spawnCalls = {
  spawn: call(
    'int posix_spawnp(_Out_ int *pid, const char *file, const void *actions, const void *attributes, const char **argv, const char **envp)',
  ),
  actionsInit: call('int posix_spawn_file_actions_init(void *actions)'),
  actionsDup2: call('int posix_spawn_file_actions_adddup2(void *actions, int fd, int target)'),
  actionsChdir: call('int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)'),
  actionsDestroy: call('int posix_spawn_file_actions_destroy(void *actions)'),
  attributesInit: call('int posix_spawnattr_init(void *attributes)'),
  setFlags: call('int posix_spawnattr_setflags(void *attributes, short flags)'),
  setSigDefault: call('int posix_spawnattr_setsigdefault(void *attributes, const void *set)'),
  setSigMask: call('int posix_spawnattr_setsigmask(void *attributes, const void *set)'),
};

const POSIX_SPAWN = { setpgroup: 0x02, setsigdef: 0x04, setsigmask: 0x08 } as const;
/** Larger than glibc's structures on every architecture. */
const OPAQUE_BYTES = 512;
const SIGSET_BYTES = 128;

export interface Spawn {
  readonly path: string;
  readonly argv: readonly string[];
  /** `NAME=value` each. */
  readonly envp: readonly string[];
  readonly cwd: string | undefined;
  /** Index: descriptor in the child. Each must be at least `fds.length`, so that none is overwritten before it is copied. */
  readonly fds: readonly number[];
}

const attributes = (): Buffer => {
  const buffer = Buffer.alloc(OPAQUE_BYTES);
  spawnCalls.attributesInit(buffer);
  spawnCalls.setFlags(buffer, POSIX_SPAWN.setpgroup | POSIX_SPAWN.setsigdef | POSIX_SPAWN.setsigmask);
  // Node ignores SIGPIPE and a child would inherit that: all signals go back to their defaults.
  spawnCalls.setSigDefault(buffer, Buffer.alloc(SIGSET_BYTES, 0xff));
  spawnCalls.setSigMask(buffer, Buffer.alloc(SIGSET_BYTES));
  return buffer;
};

/**
 * posix_spawnp(3) into a process group of its own; returns the pid. 0.1 ms at any size of the daemon, where
 * child_process.spawn forks and stops the event loop for 1 to 12 ms.
 */
export const spawn = ({ path, argv, envp, cwd, fds }: Spawn): number => {
  const actions = Buffer.alloc(OPAQUE_BYTES);
  spawnCalls.actionsInit(actions);
  try {
    fds.forEach((fd, target) => void spawnCalls.actionsDup2(actions, fd, target));
    if (cwd !== undefined) spawnCalls.actionsChdir(actions, cwd);
    const pid = [0];
    const errno = spawnCalls.spawn(pid, path, actions, attributes(), [...argv, null], [...envp, null]);
    if (errno !== 0) throw new SystemError('posix_spawn', errno, path);
    return pid[0] ?? 0;
  } finally {
    spawnCalls.actionsDestroy(actions);
  }
};
