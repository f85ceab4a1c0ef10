import { constants } from 'node:os';
import { call, checked, lastErrno, SystemError } from './library.ts';

const c = {
  pipe2: call('int pipe2(_Out_ int *fds, int flags)'),
  flock: call('int flock(int fd, int operation)'),
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
