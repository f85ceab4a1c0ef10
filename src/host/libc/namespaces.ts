import { call, checked } from './library.ts';

const c = {
  unshare: call('int unshare(int flags)'),
  setns: call('int setns(int fd, int type)'),
  sethostname: call('int sethostname(const char *name, size_t length)'),
  socket: call('int socket(int domain, int type, int protocol)'),
  ioctl: call('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)'),
};

/** clone(2) flags of the namespaces, by their names under /proc/pid/ns. */
export const CLONE = {
  net: 0x40000000,
  ipc: 0x08000000,
  uts: 0x04000000,
  user: 0x10000000,
  pid: 0x20000000,
  mnt: 0x00020000,
} as const;
export type NamespaceKind = keyof typeof CLONE;

export const unshare = (flags: number): void => {
  checked(c.unshare(flags), 'unshare');
};

export const setns = (fd: number, kind: NamespaceKind): void => {
  checked(c.setns(fd, CLONE[kind]), 'setns', kind);
};

const CLONE_FS = 0x200;

/** Root and working directory become the calling thread's own. One that shares them with others cannot enter a mount namespace (setns(2)). */
export const unshareRoot = (): void => unshare(CLONE_FS);

export const sethostname = (name: string): void => {
  checked(c.sethostname(name, Buffer.byteLength(name)), 'sethostname', name);
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
