import { readdirSync, readFileSync } from 'node:fs';
import { JanusError } from '../core/errors.ts';
import { bury, exitOf, isAwaited, settleEnded } from './children.ts';
import { becomeSubreaper, hasEndedChild } from './libc/processes.ts';

/**
 * Orphans below this process become its children instead of PID 1's: a process that an OCI runtime leaves behind is waited for as if it had been
 * started here, and its exit code is exact. The others, conmon among them, are reaped when they have ended.
 */

/** Starts under way, whose orphans nobody awaits yet. */
let expecting = 0;

/** How long a corpse that nobody awaits may lie. */
const SWEEP_MS = 1000;
let scheduled = false;

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A thread or process that has just ended.
    return '';
  }
};

const ownChildren = (): readonly number[] =>
  readdirSync('/proc/self/task').flatMap((task) =>
    read(`/proc/self/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );

/** State and parent: fields 3 and 4 of /proc/pid/stat (proc(5)). */
const statusOf = (pid: number): { readonly state: string; readonly parent: number } => {
  const stat = read(`/proc/${pid}/stat`);
  const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state, parent: Number(parent ?? 0) };
};

/** The kernel is asked first whether there is a corpse at all: each child is a file to read, and there are two for each pod. */
const sweep = (): void => {
  if (!hasEndedChild()) return;
  for (const pid of ownChildren()) {
    if (!isAwaited(pid) && statusOf(pid).state === 'Z') bury(pid);
  }
};

const schedule = (): void => {
  if (scheduled) return;
  scheduled = true;
  setTimeout(() => {
    scheduled = false;
    if (expecting > 0) schedule();
    else sweep();
  }, SWEEP_MS).unref();
};

/** Begins to adopt orphans, for as long as this process lives. May be called again. */
export const adoptOrphans = (): void => {
  becomeSubreaper();
  if (!process.listeners('SIGCHLD').includes(schedule)) process.on('SIGCHLD', schedule);
};

/** While `start` runs no orphan is reaped, so that it can learn the pid of one and await it. */
export const expectingOrphan = async <T>(start: () => Promise<T>): Promise<T> => {
  expecting += 1;
  try {
    return await start();
  } finally {
    expecting -= 1;
  }
};

/** The exit code of an adopted process, which may have ended already. To be called within `expectingOrphan`. Not ours: JanusError "internal". */
export const exitOfOrphan = (pid: number): Promise<number> => {
  if (statusOf(pid).parent !== process.pid)
    throw new JanusError('internal', `process ${pid} has not been left to the daemon`);
  const exited = exitOf(pid);
  settleEnded();
  return exited;
};
