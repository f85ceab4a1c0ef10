import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { LogConfig } from '../../config/config.ts';
import { messageOf } from '../../core/errors.ts';
import { run } from '../../host/process.ts';

const MAX_BYTES = 1024 * 1024;
const DEADLINE_MS = 20_000;

/** The end of a file; nothing of one that cannot be read. */
const endOf = (path: string): string => {
  try {
    const fd = openSync(path, 'r');
    try {
      const { size } = fstatSync(fd);
      const bytes = Buffer.alloc(Math.min(size, MAX_BYTES));
      const read = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
      return bytes.toString('utf8', 0, read);
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
};

const lastLines = (text: string, count: number): string => `${text.trimEnd().split('\n').slice(-count).join('\n')}\n`;

const ofJournal = async (count: number): Promise<string> => {
  const args = ['--unit', 'janusd', '--lines', String(count), '--no-pager', '--output', 'short-iso'];
  const { stdout, stderr } = await run(
    { path: 'journalctl', args },
    { signal: AbortSignal.timeout(DEADLINE_MS), maxOutput: MAX_BYTES },
  );
  return `${stdout.toString()}${stderr.toString()}`;
};

/** The last lines of the daemon's log: of its files, or of systemd's journal when it writes to standard output. */
export const logTail = async ({ driver, directory }: LogConfig, count: number): Promise<string> => {
  if (driver === 'file') {
    const files = ['janusd.log.1', 'janusd.log'].map((name) => endOf(join(directory, name)));
    return lastLines(files.join(''), count);
  }
  try {
    return await ofJournal(count);
  } catch (error) {
    return `the log goes to standard output, and the journal cannot be read: ${messageOf(error)}\n`;
  }
};
