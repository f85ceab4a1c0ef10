import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { killTree, sessionNow } from '../../../src/runtime/exec/process-tree.ts';

/** Sleeps that no other test has. */
const MARK = `1000${process.pid}`;

const commandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

const sleepers = (): readonly number[] =>
  readdirSync('/proc')
    .filter((pid) => commandLine(pid).startsWith(`sleep ${MARK}`))
    .map(Number);

/** Starts a script in a session of its own, as runtimes do, and waits for its word. */
const start = async (script: string): Promise<ChildProcess> => {
  const child = spawn('sh', ['-c', `${script}\necho ready; wait; sleep ${MARK}9`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return child;
};

afterEach(() => {
  for (const pid of sleepers()) process.kill(pid, 'SIGKILL');
});

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

it('kills descendants, and orphans of the session that are found among the candidates', async () => {
  const child = await start(`(sleep ${MARK}1 &); sleep ${MARK}2 & sh -c "sleep ${MARK}3; true" &`);
  await until(() => sleepers().length === 3);
  const ended = once(child, 'exit');
  await killTree({ root: child.pid ?? 0, rooted: true, candidates: () => Promise.resolve(sleepers()) });
  expect((await ended)[1]).toBe('SIGKILL');
  await until(() => sleepers().length === 0);
});

it('kills orphans of the session only, once the process itself has ended', async () => {
  const child = await start(`(sleep ${MARK}1 &)`);
  const ended = once(child, 'exit');
  process.kill(child.pid ?? 0, 'SIGKILL');
  await ended;
  const stranger = spawn('sleep', [`${MARK}8`], { detached: true, stdio: 'ignore' });
  await until(() => sleepers().length >= 2);
  await killTree({
    root: child.pid ?? 0,
    rooted: false,
    session: child.pid ?? 0,
    candidates: () => Promise.resolve(sleepers()),
  });
  await until(() => sleepers().length === 1);
  expect(sleepers()).toEqual([stranger.pid]);
  expect(existsSync(`/proc/${stranger.pid}`)).toBe(true);
});

it('leaves nothing of what forks while it is looked at', async () => {
  const child = await start(`f() { while true; do sleep ${MARK}0 & sleep 0.001; done; }; f &`);
  await until(() => sleepers().length > 5);
  await killTree({ root: child.pid ?? 0, rooted: true, candidates: () => Promise.resolve(sleepers()) });
  await until(() => sleepers().length === 0);
});

it('looks again once what it killed has ended: a fork that was under way may give its child after the last look', async () => {
  const child = await start(`sleep ${MARK}2 & (sleep ${MARK}1 &)`);
  await until(() => sleepers().length === 2);
  const late = async (): Promise<readonly number[]> => (commandLine(String(child.pid)) === '' ? sleepers() : []);
  await killTree({ root: child.pid ?? 0, rooted: true, candidates: late });
  await expect.poll(sleepers).toEqual([]);
});

it('knows the session of a process, of its corpse too, and of none', async () => {
  const child = await start('');
  const pid = child.pid ?? 0;
  expect(sessionNow(pid)).toBe(pid);
  // Nobody waits for it before the loop turns.
  process.kill(pid, 'SIGKILL');
  while (!/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  expect(sessionNow(pid)).toBe(pid);
  await once(child, 'exit');
  expect(sessionNow(pid)).toBe(0);
});
