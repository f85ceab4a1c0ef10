import { closeSync, constants, openSync, readlinkSync, readSync } from 'node:fs';
import { errnoOf } from '../../core/errors.ts';

/** What the next read of the log gave: a record, the news that records were overwritten before they were read, or nothing yet. */
export type LogRead =
  | { readonly kind: 'record'; readonly text: string }
  | { readonly kind: 'lost' }
  | { readonly kind: 'end' };

export type LogSource = () => LogRead;

/** The kernel numbers its first PID namespace so (include/linux/proc_ns.h). */
const FIRST_PID_NAMESPACE = 'pid:[4026531836]';

/** Longer than any record: the kernel refuses a read into less (CONSOLE_EXT_LOG_MAX). */
const buffer = Buffer.alloc(16 * 1024);

const readNext = (fd: number): LogRead => {
  try {
    return { kind: 'record', text: buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, null)) };
  } catch (error) {
    if (errnoOf(error) === 'EPIPE') return { kind: 'lost' };
    if (errnoOf(error) === 'EAGAIN') return { kind: 'end' };
    throw error;
  }
};

/**
 * Opens the kernel's log at its oldest record; the descriptor stays for the life of the daemon, since only an open one reads on from
 * where it was. Undefined: this host does not let us read it, or the pids in it are not ours because we are in a PID namespace.
 */
export const openKmsg = (path = '/dev/kmsg'): LogSource | undefined => {
  try {
    if (readlinkSync('/proc/self/ns/pid') !== FIRST_PID_NAMESPACE) return undefined;
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return probed(fd);
  } catch {
    return undefined;
  }
};

/** A host may allow the open and refuse the read. */
const probed = (fd: number): LogSource => {
  try {
    const first = readNext(fd);
    let pending: LogRead | undefined = first;
    return () => {
      const next = pending ?? readNext(fd);
      pending = undefined;
      return next;
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};
