import { closeSync } from 'node:fs';
import { createEpoll } from './libc/epoll.ts';
import { pidfdOpen } from './libc/processes.ts';

/**
 * Children of this process, of which hundreds may run for weeks while others end all the time. Asking each of them at each SIGCHLD took 10 µs for each
 * that ran.
 */
export interface ChildWatch {
  add(pid: number): void;
  /** One that `add` was told of, once it is known to have ended. */
  remove(pid: number): void;
  /** Those that may have ended. Whether one has, waitid(2) says: a tracer may be told before its parent. */
  candidates(): readonly number[];
}

/** More at once are found by the next signal or look. */
const AT_ONCE = 1024;

export const createChildWatch = (open: (pid: number) => number = pidfdOpen): ChildWatch => {
  const epoll = createEpoll(AT_ONCE);
  const pidfds = new Map<number, number>();
  /** There was no descriptor for these (EMFILE; ESRCH when somebody else has reaped one): each is a candidate each time. */
  const withoutPidfd = new Set<number>();

  const watch = (pid: number): void => {
    const pidfd = open(pid);
    try {
      epoll.add(pidfd, pid);
      pidfds.set(pid, pidfd);
    } catch (error) {
      closeSync(pidfd);
      throw error;
    }
  };

  return {
    add: (pid) => {
      try {
        watch(pid);
      } catch {
        withoutPidfd.add(pid);
      }
    },
    remove: (pid) => {
      withoutPidfd.delete(pid);
      const pidfd = pidfds.get(pid);
      if (pidfd === undefined) return;
      pidfds.delete(pid);
      epoll.remove(pidfd);
      closeSync(pidfd);
    },
    candidates: () => [...epoll.ready(), ...withoutPidfd],
  };
};
