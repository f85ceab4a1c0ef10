import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, JanusError, messageOf } from '../../core/errors.ts';

/** conmon reads `type height width` lines from its control fifo; type 2 reopens the log with nothing lost. */
const REOPEN = '2 0 0\n';
const POLL_MS = 5;

/** Opened without waiting for a reader: a conmon that is gone answers ENXIO instead of stopping us. */
const request = async (bundle: string): Promise<void> => {
  try {
    const fifo = await open(join(bundle, 'ctl'), constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      await fifo.write(REOPEN);
    } finally {
      await fifo.close();
    }
  } catch (cause) {
    throw new JanusError('failed-precondition', `the container's log cannot be reopened: ${messageOf(cause)}`, {
      cause,
    });
  }
};

const fileAt = async (path: string): Promise<string | undefined> => {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * Resolves when conmon writes to a new file at `logPath`: the file may be there at once for who rotates the log (CRI, ReopenContainerLog).
 * conmon renames the new file into place, so it is another one even if the path was not cleared.
 */
export const reopenLog = async (
  bundle: string,
  logPath: string,
  { signal }: { signal: AbortSignal },
): Promise<void> => {
  const before = await fileAt(logPath);
  await request(bundle);
  for (let now = before; now === before || now === undefined; now = await fileAt(logPath)) {
    await sleep(POLL_MS);
    if (signal.aborted)
      throw new JanusError('deadline-exceeded', `the container's log ${logPath} was not reopened in time`);
  }
};
