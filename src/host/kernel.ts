/**
 * The calls into libc that Node does not have; those for descriptors stand in host/descriptors.ts. They run on the calling thread and return at once: namespaces are a
 * property of the thread, so nothing here may become asynchronous. Errors are thrown with the errno's name as `code`.
 * What they mean: the man pages of section 2, under the same names.
 */
import { constants } from 'node:os';
import koffi from 'koffi';

/** For the second page, host/descriptors.ts. */
export const libc = koffi.load('libc.so.6');
export const { struct } = koffi;

const c = {
  mount: libc.func(
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)',
  ),
  umount2: libc.func('int umount2(const char *target, int flags)'),
  unshare: libc.func('int unshare(int flags)'),
  setns: libc.func('int setns(int fd, int type)'),
  sethostname: libc.func('int sethostname(const char *name, size_t length)'),
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  ioctl: libc.func('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)'),
  pipe2: libc.func('int pipe2(_Out_ int *fds, int flags)'),
  waitid: libc.func('int waitid(int kind, int pid, void *info, int options)'),
  openTree: libc.func('long syscall(long number, int dirfd, const char *path, unsigned int flags)'),
  mountSetattr: libc.func(
    'long syscall(long number, int dirfd, const char *path, unsigned int flags, const void *attributes, size_t size)',
  ),
  moveMount: libc.func(
    'long syscall(long number, int from, const char *fromPath, int to, const char *toPath, unsigned int flags)',
  ),
  prctl: libc.func('int prctl(int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d)'),
  flock: libc.func('int flock(int fd, int operation)'),
  lsetxattr: libc.func('int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)'),
  syscall4: libc.func('long syscall(long number, long a, long b, long c, long d)'),
};

const errnoNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** A failed libc call, shaped as Node's own system errors: `code` is the errno's name. */
export class SystemError extends Error {
  readonly code: string;
  readonly syscall: string;

  constructor(syscall: string, errno: number, subject = '') {
    const code = errnoNames.get(errno) ?? `errno ${errno}`;
    super(`${code}: ${syscall}${subject === '' ? '' : ` ${subject}`}`);
    this.name = 'SystemError';
    this.code = code;
    this.syscall = syscall;
  }
}

/** The result of a libc call; a negative one is thrown. */
export const checked = (result: number, syscall: string, subject?: string): number => {
  if (result < 0) throw new SystemError(syscall, koffi.errno(), subject);
  return result;
};

/** mount(2) flags. */
export const MS = {
  rdonly: 1,
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  remount: 32,
  bind: 4096,
  rec: 16384,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
} as const;

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly type?: string;
  readonly flags?: number;
  /** File-system options; the kernel reads one page at most. */
  readonly data?: string;
}

export const mount = ({ source, target, type, flags = 0, data }: Mount): void => {
  checked(c.mount(source, target, type ?? null, flags, data ?? null), 'mount', target);
};

const MNT_DETACH = 2;

/** Unmounts, lazily if it is busy. Not mounted, or not there: no error. */
export const unmount = (target: string): void => {
  if (c.umount2(target, MNT_DETACH) === 0) return;
  const errno = koffi.errno();
  if (errno !== constants.errno.EINVAL && errno !== constants.errno.ENOENT)
    throw new SystemError('umount2', errno, target);
};

const SYS_OPEN_TREE = 428;
const SYS_MOVE_MOUNT = 429;
const SYS_MOUNT_SETATTR = 442;
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const AT_RECURSIVE = 0x8000;
const OPEN_TREE_CLONE = 1;
const OPEN_TREE_CLOEXEC = 0x80000;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const MOUNT_ATTR_IDMAP = 0x100000;
/** struct mount_attr: attr_set, attr_clr, propagation, userns_fd; 64 bits each (mount_setattr(2)). */
const MOUNT_ATTR_BYTES = 32;

export interface IdMappedMount {
  readonly source: string;
  /** An existing directory or file of the same kind. */
  readonly target: string;
  /** Descriptor of a user namespace: its mappings become the mount's. */
  readonly userns: number;
  /** With the mounts below `source`. */
  readonly recursive: boolean;
  readonly close: (fd: number) => void;
}

/** Shows `source` at `target` with the owners of its files mapped into a user namespace (mount_setattr(2)). EINVAL: the file system cannot. */
export const mountIdMapped = ({ source, target, userns, recursive, close }: IdMappedMount): void => {
  const deep = recursive ? AT_RECURSIVE : 0;
  const tree = checked(
    c.openTree(SYS_OPEN_TREE, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | deep),
    'open_tree',
    source,
  );
  try {
    const attributes = Buffer.alloc(MOUNT_ATTR_BYTES);
    attributes.writeBigUInt64LE(BigInt(MOUNT_ATTR_IDMAP), 0);
    attributes.writeBigUInt64LE(BigInt(userns), 24);
    checked(
      c.mountSetattr(SYS_MOUNT_SETATTR, tree, '', AT_EMPTY_PATH | deep, attributes, MOUNT_ATTR_BYTES),
      'mount_setattr',
      source,
    );
    checked(c.moveMount(SYS_MOVE_MOUNT, tree, '', AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH), 'move_mount', target);
  } finally {
    close(tree);
  }
};

/** clone(2) flags of the namespaces, by their names under /proc/pid/ns. */
export const CLONE = { net: 0x40000000, ipc: 0x08000000, uts: 0x04000000, user: 0x10000000, pid: 0x20000000 } as const;
export type NamespaceKind = keyof typeof CLONE;

export const unshare = (flags: number): void => {
  checked(c.unshare(flags), 'unshare');
};

export const setns = (fd: number, kind: NamespaceKind): void => {
  checked(c.setns(fd, CLONE[kind]), 'setns', kind);
};

export const sethostname = (name: string): void => {
  checked(c.sethostname(name, Buffer.byteLength(name)), 'sethostname', name);
};

const LOCK_EX = 2;
const LOCK_NB = 4;

/** Takes the file's lock for as long as the descriptor is open (flock(2)). False: somebody else has it. */
export const tryLock = (fd: number): boolean => {
  if (c.flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  const errno = koffi.errno();
  if (errno === constants.errno.EWOULDBLOCK) return false;
  throw new SystemError('flock', errno);
};

/** An extended attribute of the file itself, links not followed (setxattr(2)). ENOTSUP: the file system has none of these. */
export const setAttribute = (path: string, name: string, value: Buffer): void => {
  checked(c.lsetxattr(path, name, value, value.length, 0), 'lsetxattr', path);
};

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0x80000;
const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;

/** Brings `lo` up in the calling thread's network namespace (netdevice(7)). `close` is fs.closeSync. */
export const loopbackUp = (close: (fd: number) => void): void => {
  const fd = checked(c.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'socket');
  try {
    const request = Buffer.alloc(40);
    request.write('lo\0');
    checked(c.ioctl(fd, SIOCGIFFLAGS, request), 'ioctl', 'SIOCGIFFLAGS lo');
    request.writeInt16LE(request.readInt16LE(16) | IFF_UP, 16);
    checked(c.ioctl(fd, SIOCSIFFLAGS, request), 'ioctl', 'SIOCSIFFLAGS lo');
  } finally {
    close(fd);
  }
};

const O_CLOEXEC = 0x80000;

/** Read and write end. */
export const pipe = (): readonly [number, number] => {
  const fds: number[] = [0, 0];
  checked(c.pipe2(fds, O_CLOEXEC), 'pipe2');
  const [read = -1, write = -1] = fds;
  return [read, write];
};

const P_PID = 1;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x1000000;
/** siginfo_t, and where its si_code, si_pid and si_status are (sigaction(2)). */
const SIGINFO = { bytes: 128, code: 8, pid: 16, status: 24 } as const;
const CLD_EXITED = 1;

/** Exit code of an ended child, 128 + n if signal n ended it; undefined while it runs. The child stays to be reaped. */
export const exitCodeNow = (pid: number): number | undefined => {
  const info = Buffer.alloc(SIGINFO.bytes);
  checked(c.waitid(P_PID, pid, info, WEXITED | WNOHANG | WNOWAIT), 'waitid', String(pid));
  if (info.readInt32LE(SIGINFO.pid) === 0) return undefined;
  const status = info.readInt32LE(SIGINFO.status);
  return info.readInt32LE(SIGINFO.code) === CLD_EXITED ? status : 128 + status;
};

/**
 * Reaps an ended child in another thread; one that is not ours: no error. The kernel may take its time for it: 6 to 30 ms of processor time were seen for a
 * CNI plugin that had been in a pod's namespace, whose entries under /proc were being dropped at the same time.
 */
export const reapAside = (pid: number): Promise<void> =>
  new Promise((resolve) => {
    // No buffer: nothing would keep it alive while the other thread writes to it.
    c.waitid.async(P_PID, pid, null, WEXITED | WNOHANG, () => resolve());
  });

const PR_SET_CHILD_SUBREAPER = 36;

/** From now on orphans below this process become its children (PR_SET_CHILD_SUBREAPER(2const)). */
export const becomeSubreaper = (): void => {
  checked(c.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 'prctl', 'PR_SET_CHILD_SUBREAPER');
};

const SYS_PIDFD_SEND_SIGNAL = 424;
const SYS_PIDFD_OPEN = 434;

/** A descriptor that stands for this very process, whatever becomes of its pid. ESRCH: there is none. */
export const pidfdOpen = (pid: number): number =>
  checked(c.syscall4(SYS_PIDFD_OPEN, pid, 0, 0, 0), 'pidfd_open', String(pid));

export const pidfdSendSignal = (fd: number, signal: number): void => {
  checked(c.syscall4(SYS_PIDFD_SEND_SIGNAL, fd, signal, 0, 0), 'pidfd_send_signal');
};

const spawnCalls = {
  spawn: libc.func(
    'int posix_spawnp(_Out_ int *pid, const char *file, const void *actions, const void *attributes, const char **argv, const char **envp)',
  ),
  actionsInit: libc.func('int posix_spawn_file_actions_init(void *actions)'),
  actionsDup2: libc.func('int posix_spawn_file_actions_adddup2(void *actions, int fd, int target)'),
  actionsChdir: libc.func('int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)'),
  actionsDestroy: libc.func('int posix_spawn_file_actions_destroy(void *actions)'),
  attributesInit: libc.func('int posix_spawnattr_init(void *attributes)'),
  setFlags: libc.func('int posix_spawnattr_setflags(void *attributes, short flags)'),
  setSigDefault: libc.func('int posix_spawnattr_setsigdefault(void *attributes, const void *set)'),
  setSigMask: libc.func('int posix_spawnattr_setsigmask(void *attributes, const void *set)'),
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
    const errno: number = spawnCalls.spawn(pid, path, actions, attributes(), [...argv, null], [...envp, null]);
    if (errno !== 0) throw new SystemError('posix_spawn', errno, path);
    return pid[0] ?? 0;
  } finally {
    spawnCalls.actionsDestroy(actions);
  }
};
