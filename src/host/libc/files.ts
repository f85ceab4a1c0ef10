import { closeSync, openSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { call, checked, lastErrno, SystemError } from './library.ts';

const c = {
  pipe2: call('int pipe2(_Out_ int *fds, int flags)'),
  flock: call('int flock(int fd, int operation)'),
  memfdCreate: call('int memfd_create(const char *name, unsigned int flags)'),
  fcntl: call('int fcntl(int fd, int command, int argument)'),
  lsetxattr: call('int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)'),
};

const LOCK_EX = 2;
const LOCK_NB = 4;

/** Takes the file's lock for as long as the descriptor is open (flock(2)). False: somebody else has it. */
export const tryLock = (fd: number): boolean => {
  if (c.flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  const errno = lastErrno();
  if (errno === constants.errno.EWOULDBLOCK) return false;
  throw new SystemError('flock', errno);
};

/** An extended attribute of the file itself, links not followed (setxattr(2)). ENOTSUP: the file system has none of these. */
export const setAttribute = (path: string, name: string, value: Buffer): void => {
  checked(c.lsetxattr(path, name, value, value.length, 0), 'lsetxattr', path);
};

const O_CLOEXEC = 0x80000;

/** Read and write end. */
export const pipe = (): readonly [number, number] => {
  const fds: number[] = [0, 0];
  checked(c.pipe2(fds, O_CLOEXEC), 'pipe2');
  const [read = -1, write = -1] = fds;
  return [read, write];
};

const MFD = { cloexec: 1, allowSealing: 2, exec: 0x10 } as const;
const F_ADD_SEALS = 1033;
/** seal, shrink, grow, write (fcntl(2)): runc and crun take a program with just these for a copy that no container can change. */
const ALL_SEALS = 0x1 | 0x2 | 0x4 | 0x8;

/** Kernels before 6.3 do not know that a file has to be allowed to be executed: EINVAL. Any other refusal is the host's will (vm.memfd_noexec). */
const executableMemory = (name: string): number => {
  const flags = MFD.cloexec | MFD.allowSealing;
  const fd = c.memfdCreate(name, flags | MFD.exec);
  const isOlder = fd < 0 && lastErrno() === constants.errno.EINVAL;
  return checked(isOlder ? c.memfdCreate(name, flags) : fd, 'memfd_create', name);
};

const writeAll = (fd: number, content: Uint8Array): void => {
  for (let written = 0; written < content.length; ) written += writeSync(fd, content, written);
};

/** A read-only descriptor of a file in memory that nobody can change any more, and that can be executed. Its memory is given back when the last one closes it. */
export const sealedFile = (name: string, content: Uint8Array): number => {
  const fd = executableMemory(name);
  try {
    writeAll(fd, content);
    checked(c.fcntl(fd, F_ADD_SEALS, ALL_SEALS), 'fcntl', 'F_ADD_SEALS');
    // A program that somebody may write to is not executed (ETXTBSY, execve(2)).
    return openSync(`/proc/self/fd/${fd}`, 'r');
  } finally {
    closeSync(fd);
  }
};
