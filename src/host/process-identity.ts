import { closeSync, readFileSync } from 'node:fs';
import { errnoOf } from '../core/errors.ts';
import type { ProcessIdentity } from '../core/model/sandbox.ts';
import { signalNumber } from '../core/model/signals.ts';
import { pidfdOpen, pidfdSendSignal } from './libc/processes.ts';

/** The text of /proc/pid/stat (proc(5)). Undefined: there is no such process. */
export const readStat = (pid: number): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
};

/** States of a process that has ended: a corpse, and one that is being reaped. */
const ENDED: readonly string[] = ['Z', 'X', 'x'];
const STATE = 0;
const START_TIME = 19;

/** Who the text of /proc/pid/stat is of. Its fields are counted behind the command, which may hold blanks and brackets. Undefined: only the corpse is left. */
export const identityIn = (pid: number, stat: string): ProcessIdentity | undefined => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTime = fields[START_TIME];
  return startTime === undefined || ENDED.includes(fields[STATE] ?? '') ? undefined : { pid, startTime };
};

/** Undefined: there is no such process, or only its corpse. */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const stat = readStat(pid);
  return stat === undefined ? undefined : identityIn(pid, stat);
};

export const isRunning = (process: ProcessIdentity): boolean => identify(process.pid)?.startTime === process.startTime;

/** Whether any process, or a corpse, has this pid. */
export const hasPid = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/**
 * Sends a signal ("SIGTERM", "SIGRTMIN+3") to this very process: a pidfd is taken before the identity is checked, so that a
 * reused pid is never hit. False: the process has ended. Throws RangeError for a name that is none.
 */
export const signalProcess = (target: ProcessIdentity, signal: string): boolean => {
  const number = signalNumber(signal);
  if (number === undefined) throw new RangeError(`no signal ${signal}`);
  let fd: number;
  try {
    fd = pidfdOpen(target.pid);
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
    throw error;
  }
  try {
    if (!isRunning(target)) return false;
    pidfdSendSignal(fd, number);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
    throw error;
  } finally {
    closeSync(fd);
  }
};
