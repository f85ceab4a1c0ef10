import { call, checked } from './library.ts';

const c = {
  create: call('int epoll_create1(int flags)'),
  control: call('int epoll_ctl(int epfd, int operation, int fd, const void *event)'),
  wait: call('int epoll_wait(int epfd, void *events, int maxevents, int timeout)'),
};

const EPOLL_CLOEXEC = 0x80000;
const EPOLL_CTL = { add: 1, remove: 2 } as const;
const EPOLLIN = 1;

/** struct epoll_event, which is packed on x86-64 alone (epoll_event(3type)). */
const EVENT = process.arch === 'x64' ? { bytes: 12, data: 4 } : { bytes: 16, data: 8 };

/** Many descriptors, of which one call finds those that can be read, whatever their number (epoll(7), level-triggered). */
export interface Epoll {
  /** `tag`, below 2^32, stands for the descriptor in what `ready` gives. */
  add(fd: number, tag: number): void;
  /** Before the descriptor is closed. */
  remove(fd: number): void;
  /** The tags of those that can be read now, at most `atOnce` of them; those which stay ready take turns. */
  ready(): readonly number[];
}

export const createEpoll = (atOnce: number): Epoll => {
  const epoll = checked(c.create(EPOLL_CLOEXEC), 'epoll_create1');
  const events = Buffer.alloc(EVENT.bytes * atOnce);
  const change = (operation: number, fd: number, tag: number): void => {
    const event = Buffer.alloc(EVENT.bytes);
    event.writeUInt32LE(EPOLLIN, 0);
    event.writeUInt32LE(tag, EVENT.data);
    checked(c.control(epoll, operation, fd, event), 'epoll_ctl', String(fd));
  };
  return {
    add: (fd, tag) => change(EPOLL_CTL.add, fd, tag),
    remove: (fd) => change(EPOLL_CTL.remove, fd, 0),
    ready: () => {
      const count = checked(c.wait(epoll, events, atOnce, 0), 'epoll_wait');
      return Array.from({ length: count }, (_, i) => events.readUInt32LE(i * EVENT.bytes + EVENT.data));
    },
  };
};
