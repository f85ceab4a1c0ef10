import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { JanusError } from '../core/errors.ts';
import { killGroup } from './process.ts';

/** By what processes are told apart: their arguments, or the entries of their environment as they were started with (proc(5)). */
type Mark = 'cmdline' | 'environ';
type Match = (words: readonly string[]) => boolean;

const wordsOf = async (pid: string, mark: Mark): Promise<readonly string[]> => {
  const text = await readFile(`/proc/${pid}/${mark}`, 'utf8').catch(() => '');
  return text.split('\0').slice(0, -1);
};

/** Pids of the processes that `match`. One that has ended, and of which only the corpse is left, has neither arguments nor environment. */
export const findProcesses = async (mark: Mark, match: Match): Promise<readonly number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
  const found = await Promise.all(pids.map(async (pid) => (match(await wordsOf(pid, mark)) ? [Number(pid)] : [])));
  return found.flat();
};

const kill = (pid: number): void => {
  killGroup(pid);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ESRCH: it has ended.
  }
};

const POLL_MS = 5;

/** Kills the processes that match, with their groups, until there is none: they may start each other meanwhile. Past its time: deadline-exceeded. */
export const endProcesses = async (mark: Mark, match: Match, { signal }: { signal: AbortSignal }): Promise<void> => {
  for (;;) {
    const pids = await findProcesses(mark, match);
    if (pids.length === 0) return;
    if (signal.aborted) throw new JanusError('deadline-exceeded', `processes do not end: ${pids.join(', ')}`);
    pids.forEach(kill);
    await delay(POLL_MS);
  }
};
