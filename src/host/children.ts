import { errnoOf } from '../core/errors.ts';
import { waitNow } from './kernel.ts';

/** Exit code of a child; 128 + n when signal n ended it. */
type Settle = (exitCode: number) => void;

const children = new Map<number, Settle>();

/** Keeps the event loop alive while there are children, and finds an exit whose signal went to nobody. */
let rescan: NodeJS.Timeout | undefined;
const RESCAN_MS = 1000;

const exitCodeOf = (status: number): number => {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
};

/** Wait status of a child that somebody else has waited for: how it ended is lost. */
const LOST = 255 << 8;

/** Undefined: it runs. */
const statusOf = (pid: number): number | undefined => {
  try {
    return waitNow(pid);
  } catch (error) {
    if (errnoOf(error) === 'ECHILD') return LOST;
    throw error;
  }
};

/** Settles those that have ended. */
export const reap = (): void => {
  for (const [pid, settle] of children) {
    const status = statusOf(pid);
    if (status === undefined) continue;
    children.delete(pid);
    settle(exitCodeOf(status));
  }
  if (children.size > 0) return;
  clearInterval(rescan);
  rescan = undefined;
};

const watch = (): void => {
  if (!process.listeners('SIGCHLD').includes(reap)) process.on('SIGCHLD', reap);
  rescan ??= setInterval(reap, RESCAN_MS);
};

/**
 * The exit code of a child of this process, once. Must be called in the same turn as the spawn:
 * SIGCHLD is handled in a later one, so no exit is missed. libuv waits for its own children only, by pid.
 */
export const exitOf = (pid: number): Promise<number> => {
  watch();
  return new Promise((resolve) => children.set(pid, resolve));
};

/** Whether somebody waits for this child. */
export const isAwaited = (pid: number): boolean => children.has(pid);

/** Children that have not been reaped, for status and leak checks. */
export const runningChildren = (): number => children.size;
