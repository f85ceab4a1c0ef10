import { closeSync, constants, openSync, readFileSync, unlinkSync } from 'node:fs';
import { errnoOf } from '../core/errors.ts';
import type { ProcessIdentity } from '../core/model/sandbox.ts';
import { firstLine, readEnd } from '../host/process.ts';
import { isRunning } from '../host/process-identity.ts';

/** What runc calls the process that waits to become the container's command (prctl(2), PR_SET_NAME). */
const WAITING = 'runc:[2:INIT]';

/** Whether runc has made this process and not let it go yet. */
export const waitsForStart = ({ pid }: ProcessIdentity): boolean => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd() === WAITING;
  } catch {
    return false;
  }
};

/** Undefined: nobody waits there. */
const openIfThere = (fifo: string): number | undefined => {
  try {
    return openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** The fifo goes at once: while it is there, the container was not started for runc. */
const openOnce = (fifo: string): number | undefined => {
  const fd = openIfThere(fifo);
  if (fd === undefined) return undefined;
  try {
    unlinkSync(fifo);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

const CHECK_MS = 100;

/**
 * Does what `runc start` does: runc's `create` leaves the container's first process waiting at a fifo until somebody opens it, and then that writes a
 * byte and becomes the container's command. 0.3 ms, where a process of runc takes 6 to 9. False: the process does not wait there, or ends before it
 * has written; then `runc start` has the words for why. See docs/adr/0013.
 */
export const openStartFifo = async (
  fifo: string,
  process: ProcessIdentity,
  { signal }: { signal: AbortSignal },
): Promise<boolean> => {
  if (!waitsForStart(process)) return false;
  // The listener hears of no abort that was.
  signal.throwIfAborted();
  const fd = openOnce(fifo);
  if (fd === undefined) return false;
  const stream = readEnd(fd);
  const end = (): void => void stream.destroy();
  const check = setInterval(() => {
    if (!isRunning(process)) end();
  }, CHECK_MS);
  signal.addEventListener('abort', end, { once: true });
  try {
    // A single byte without an end of line: what there was when the writer has closed it, which it does as it becomes the command.
    const written = await firstLine(stream, 0);
    signal.throwIfAborted();
    return written !== '';
  } finally {
    signal.removeEventListener('abort', end);
    clearInterval(check);
    end();
  }
};
