/** Descriptors of kinds that Node cannot make. */
import { closeSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { call, checked, struct } from './library.ts';

struct('iovec', { base: 'void *', length: 'size_t' });
struct('msghdr', {
  name: 'void *',
  nameLength: 'uint32',
  vectors: 'iovec *',
  vectorCount: 'size_t',
  control: 'void *',
  controlLength: 'size_t',
  flags: 'int',
});

const c = {
  socket: call('int socket(int domain, int type, int protocol)'),
  connect: call('int connect(int fd, const void *address, unsigned int length)'),
  bind: call('int bind(int fd, const void *address, unsigned int length)'),
  listen: call('int listen(int fd, int backlog)'),
  accept4: call('int accept4(int fd, void *address, void *length, int flags)'),
  recvmsg: call('long recvmsg(int fd, _Inout_ msghdr *message, int flags)'),
  dup3: call('int dup3(int from, int to, int flags)'),
  ioctl: call('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)'),
};

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;
const SOCK_NONBLOCK = 0x800;
const CLOEXEC = 0x80000;
export const INET = { v4: 2, v6: 10 } as const;

/** Runs `use` on a new descriptor, and closes it if that fails. */
const keptIf = (fd: number, use: (fd: number) => void): number => {
  try {
    use(fd);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

const unixSocket = (type: number): number => checked(c.socket(AF_UNIX, type | SOCK_NONBLOCK | CLOEXEC, 0), 'socket');

const PATH_BYTES = 108;

/** `path` has at most 107 bytes: reach for deeper ones through `/proc/self/fd/<directory>` (unix(7)). */
const unixAddress = (path: string): Buffer => {
  if (Buffer.byteLength(path) >= PATH_BYTES) throw new RangeError(`${path}: too long for a socket's address`);
  const address = Buffer.alloc(2 + PATH_BYTES);
  address.writeUInt16LE(AF_UNIX, 0);
  address.write(path, 2);
  return address;
};

/** A connected socket that keeps the borders of packets. */
export const connectSeqpacket = (path: string): number => {
  const address = unixAddress(path);
  return keptIf(unixSocket(SOCK_SEQPACKET), (fd) => checked(c.connect(fd, address, address.length), 'connect', path));
};

/** A listening stream socket. Its file is the caller's to delete. */
export const listenUnix = (path: string): number => {
  const address = unixAddress(path);
  return keptIf(unixSocket(SOCK_STREAM), (fd) => {
    checked(c.bind(fd, address, address.length), 'bind', path);
    checked(c.listen(fd, 1), 'listen', path);
  });
};

const MSG_CMSG_CLOEXEC = 0x40000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
/** Behind struct cmsghdr: a length of 8 bytes, level and type. */
const RIGHTS_OFFSET = 16;
const CONTROL_BYTES = 64;
const DATA_BYTES = 4096;

/** The descriptor in the first message of a connection (unix(7), SCM_RIGHTS). */
const receiveRights = (connection: number): number => {
  const control = Buffer.alloc(CONTROL_BYTES);
  const vectors = [{ base: Buffer.alloc(DATA_BYTES), length: DATA_BYTES }];
  const message = {
    name: null,
    nameLength: 0,
    vectors,
    vectorCount: 1,
    control,
    controlLength: CONTROL_BYTES,
    flags: 0,
  };
  checked(c.recvmsg(connection, message, MSG_CMSG_CLOEXEC), 'recvmsg');
  if (control.readInt32LE(8) !== SOL_SOCKET || control.readInt32LE(12) !== SCM_RIGHTS)
    throw new Error('the message carries no descriptor');
  return control.readInt32LE(RIGHTS_OFFSET);
};

/** Takes the descriptor that somebody has connected and sent it by now. EAGAIN: nobody has. */
export const receiveDescriptor = (listener: number): number => {
  const connection = checked(c.accept4(listener, null, null, SOCK_NONBLOCK | CLOEXEC), 'accept4');
  try {
    return receiveRights(connection);
  } finally {
    closeSync(connection);
  }
};

/** A stream socket which belongs to the calling thread's network namespace for ever. Not connected. */
export const inetSocket = (family: (typeof INET)[keyof typeof INET]): number =>
  checked(c.socket(family, SOCK_STREAM | SOCK_NONBLOCK | CLOEXEC, 0), 'socket');

/** A stream over a descriptor of our own, which stays good for the calls below until the stream is closed. */
export interface OwnStream {
  readonly fd: number;
  readonly stream: Socket;
}

/**
 * A stream over any descriptor that can be polled, such as a terminal or a SOCK_SEQPACKET socket. Takes `fd` over.
 * Node wants a pipe, a TCP socket or a unix stream: it gets one of those, and `fd` in its place before anything has been read.
 */
export const streamOver = (fd: number): OwnStream => {
  const own = unixSocket(SOCK_STREAM);
  const stream = new Socket({ fd: own, readable: true, writable: true, allowHalfOpen: true });
  try {
    checked(c.dup3(fd, own, CLOEXEC), 'dup3');
  } finally {
    closeSync(fd);
  }
  return { fd: own, stream };
};

const LARGEST_READ = 65_536;

/** Bytes of one read: a packet, where there are packets. None: the end, EIO for a terminal; or nothing is there now. */
const readOnce = (fd: number): Buffer => {
  const buffer = Buffer.alloc(LARGEST_READ);
  try {
    return buffer.subarray(0, readSync(fd, buffer));
  } catch {
    return buffer.subarray(0, 0);
  }
};

/**
 * What nobody has read when an OwnStream says `end`, read by read. libuv takes a read that did not fill its buffer, together with a hang-up, for the end; where
 * a read gives a packet, or a terminal's line buffer, much can be left behind it. Nothing of a stream that is destroyed: the descriptor is somebody else's then.
 */
export function* unread({ fd, stream }: OwnStream): IterableIterator<Buffer> {
  while (!stream.destroyed) {
    const bytes = readOnce(fd);
    if (bytes.length === 0) return;
    yield bytes;
  }
}

const FIONREAD = 0x541b;
const TIOCSWINSZ = 0x5414;

/** Bytes that can be read at once. */
export const bytesWaiting = (fd: number): number => {
  const count = Buffer.alloc(4);
  checked(c.ioctl(fd, FIONREAD, count), 'ioctl', 'FIONREAD');
  return count.readInt32LE(0);
};

/** Sets the size of a terminal; its foreground processes get SIGWINCH when it changes (ioctl_tty(2)). */
export const setTerminalSize = (
  fd: number,
  { width, height }: { readonly width: number; readonly height: number },
): void => {
  const size = Buffer.alloc(8);
  size.writeUInt16LE(height, 0);
  size.writeUInt16LE(width, 2);
  checked(c.ioctl(fd, TIOCSWINSZ, size), 'ioctl', 'TIOCSWINSZ');
};
