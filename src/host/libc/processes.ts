import { call, callAside, checked } from './library.ts';

const WAITID = 'int waitid(int kind, int pid, void *info, int options)';
const waitidAside = callAside(WAITID);
const c = {
  waitid: call(WAITID),
  prctl: call('int prctl(int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d)'),
  syscall4: call('long syscall(long number, long a, long b, long c, long d)'),
};

const P_ALL = 0;
const P_PID = 1;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x1000000;
/** siginfo_t, and where its si_code, si_pid and si_status are (sigaction(2)). */
const SIGINFO = { bytes: 128, code: 8, pid: 16, status: 24 } as const;
const CLD_EXITED = 1;

/** Whether some child has ended and has not been reaped. */
export const hasEndedChild = (): boolean => {
  const info = Buffer.alloc(SIGINFO.bytes);
  // ECHILD: there are no children at all.
  return c.waitid(P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT) === 0 && info.readInt32LE(SIGINFO.pid) !== 0;
};

/** Exit code of an ended child, 128 + n if signal n ended it; undefined while it runs. The child stays to be reaped. */
export const exitCodeNow = (pid: number): number | undefined => {
  const info = Buffer.alloc(SIGINFO.bytes);
  checked(c.waitid(P_PID, pid, info, WEXITED | WNOHANG | WNOWAIT), 'waitid', String(pid));
  if (info.readInt32LE(SIGINFO.pid) === 0) return undefined;
  const status = info.readInt32LE(SIGINFO.status);
  return info.readInt32LE(SIGINFO.code) === CLD_EXITED ? status : 128 + status;
};

/**
 * Reaps an ended child in another thread; one that is not ours: no error. The kernel may take its time for it: 6 to 30 ms of processor time were seen for a
 * CNI plugin that had been in a pod's namespace, whose entries under /proc were being dropped at the same time.
 */
export const reapAside = (pid: number): Promise<void> => waitidAside(P_PID, pid, null, WEXITED | WNOHANG);

const PR_SET_CHILD_SUBREAPER = 36;

/** From now on orphans below this process become its children (PR_SET_CHILD_SUBREAPER(2const)). */
export const becomeSubreaper = (): void => {
  checked(c.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 'prctl', 'PR_SET_CHILD_SUBREAPER');
};

const PR_GET_SECUREBITS = 27;
const PR_SET_SECUREBITS = 28;
const SECBIT_NOROOT = 1;

/**
 * What the synchronous action starts has no capabilities, although it is root's (capabilities(7)). A thread that cannot take that back could start nothing of use
 * any more: then the process ends at once.
 */
export const withoutCapabilities = <T>(action: () => T): T => {
  const before = checked(c.prctl(PR_GET_SECUREBITS, 0, 0, 0, 0), 'prctl', 'PR_GET_SECUREBITS');
  checked(c.prctl(PR_SET_SECUREBITS, before | SECBIT_NOROOT, 0, 0, 0), 'prctl', 'PR_SET_SECUREBITS');
  try {
    return action();
  } finally {
    if (c.prctl(PR_SET_SECUREBITS, before, 0, 0, 0) < 0) process.abort();
  }
};

const SYS_PIDFD_SEND_SIGNAL = 424;
const SYS_PIDFD_OPEN = 434;

/** A descriptor that stands for this very process, whatever becomes of its pid. ESRCH: there is none. */
export const pidfdOpen = (pid: number): number =>
  checked(c.syscall4(SYS_PIDFD_OPEN, pid, 0, 0, 0), 'pidfd_open', String(pid));

export const pidfdSendSignal = (fd: number, signal: number): void => {
  checked(c.syscall4(SYS_PIDFD_SEND_SIGNAL, fd, signal, 0, 0), 'pidfd_send_signal');
};
