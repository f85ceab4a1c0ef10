import { errnoOf } from '../core/errors.ts';
import { type ChildWatch, createChildWatch } from './child-watch.ts';
import { exitCodeNow, reapAside } from './libc/processes.ts';

/** Exit code of a child; 128 + n when signal n ended it. */
type Settle = (exitCode: number) => void;

const children = new Map<number, Settle>();

let watched: ChildWatch | undefined;

/** Keeps the event loop alive while there are children, and finds an exit whose signal went to nobody. */
let rescan: NodeJS.Timeout | undefined;
const RESCAN_MS = 5000;

/** Exit code of a child that somebody else has reaped: how it ended is lost. */
const LOST = 255;

/** Undefined: it runs. */
const exitCodeOf = (pid: number): number | undefined => {
  try {
    return exitCodeNow(pid);
  } catch (error) {
    if (errnoOf(error) === 'ECHILD') return LOST;
    throw error;
  }
};

/** Ended children that are being reaped. Until then their pids are theirs. */
const ended = new Set<number>();

/** Reaps an ended child, once. */
export const bury = (pid: number): void => {
  if (ended.has(pid)) return;
  ended.add(pid);
  void reapAside(pid).then(() => ended.delete(pid));
};

/** Settles those that have ended. */
export const settleEnded = (): void => {
  for (const pid of watched?.candidates() ?? []) {
    const exitCode = exitCodeOf(pid);
    if (exitCode === undefined) continue;
    const settle = children.get(pid);
    children.delete(pid);
    watched?.remove(pid);
    bury(pid);
    settle?.(exitCode);
  }
  if (children.size > 0) return;
  clearInterval(rescan);
  rescan = undefined;
};

const watch = (pid: number): void => {
  watched ??= createChildWatch();
  watched.add(pid);
  if (!process.listeners('SIGCHLD').includes(settleEnded)) process.on('SIGCHLD', settleEnded);
  rescan ??= setInterval(settleEnded, RESCAN_MS);
};

/**
 * The exit code of a child of this process, once. Must be called in the same turn as the spawn:
 * SIGCHLD is handled in a later one, so no exit is missed. libuv waits for its own children only, by pid.
 */
export const exitOf = (pid: number): Promise<number> => {
  watch(pid);
  return new Promise((resolve) => children.set(pid, resolve));
};

/** Whether somebody waits for this child. */
export const isAwaited = (pid: number): boolean => children.has(pid);

/** Children that have not been reaped, for status and leak checks. */
export const runningChildren = (): number => children.size;
