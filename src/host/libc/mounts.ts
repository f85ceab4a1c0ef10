import { constants } from 'node:os';
import { call, checked, lastErrno, SystemError } from './library.ts';

const c = {
  mount: call(
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)',
  ),
  umount2: call('int umount2(const char *target, int flags)'),
  fchdir: call('int fchdir(int fd)'),
  pivotRoot: call('int pivot_root(const char *newRoot, const char *oldRoot)'),
  openTree: call('long syscall(long number, int dirfd, const char *path, unsigned int flags)'),
  mountSetattr: call(
    'long syscall(long number, int dirfd, const char *path, unsigned int flags, const void *attributes, size_t size)',
  ),
  moveMount: call(
    'long syscall(long number, int from, const char *fromPath, int to, const char *toPath, unsigned int flags)',
  ),
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
  const errno = lastErrno();
  if (errno !== constants.errno.EINVAL && errno !== constants.errno.ENOENT)
    throw new SystemError('umount2', errno, target);
};

/** The calling thread's working directory, which `process.cwd()` does not learn of. */
export const fchdir = (fd: number): void => {
  checked(c.fchdir(fd), 'fchdir');
};

/**
 * Makes the directory behind a descriptor, a mount of its own, all that there is in the calling thread's mount namespace: none of its mounts may be shared with
 * another (pivot_root(2), where this order of the calls is explained).
 */
export const keepOnly = (directory: number): void => {
  fchdir(directory);
  checked(c.pivotRoot('.', '.'), 'pivot_root');
  checked(c.umount2('.', MNT_DETACH), 'umount2', 'the old root');
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
