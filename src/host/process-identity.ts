import { closeSync, readFileSync } from 'node:fs';
import { errnoOf } from '../core/errors.ts';
import type { ProcessIdentity } from '../core/model/sandbox.ts';
import { signalNumber } from '../core/model/signals.ts';
import { pidfdOpen, pidfdSendSignal } from './libc/processes.ts';

/** Fields of /proc/pid/stat behind the command, which may hold blanks and brackets (proc(5)). */
const statFields = (pid: number): readonly string[] | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
};

const STATE = 0;
const START_TIME = 19;

/** Undefined: there is no such process, or only its corpse. */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const fields = statFields(pid);
  const startTime = fields?.[START_TIME];
  return startTime === undefined || fields?.[STATE] === 'Z' ? undefined : { pid, startTime };
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
