import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endProcesses, findProcesses } from '../../../src/host/find-processes.ts';
import { until } from '../../support/wait.ts';

const MARK = `janus-mark-${process.pid}`;
const marked = (words: readonly string[]): boolean => words.includes(MARK);
const patient = { signal: AbortSignal.timeout(30_000) };

let child: ChildProcess;
let other: ChildProcess;

/** The program that it starts has neither the argument nor the environment. */
const FORKS = 'env -u MARK sleep 1000 & wait';

beforeEach(async () => {
  const options = { detached: true, stdio: 'ignore' } as const;
  child = spawn('sh', ['-c', FORKS, MARK], { ...options, env: { ...process.env, MARK } });
  other = spawn('sleep', ['1000'], options);
  await Promise.all([once(child, 'spawn'), once(other, 'spawn')]);
});

afterEach(() => {
  for (const { pid } of [child, other]) if (pid !== undefined) endGroup(pid);
});

const endGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
};

describe('processes are found', () => {
  it('by an argument, as a whole', async () => {
    await expect.poll(() => findProcesses('cmdline', marked)).toEqual([child.pid]);
    expect(await findProcesses('cmdline', (args) => args.includes(MARK.slice(1)))).toEqual([]);
  });

  it('by their environment', async () => {
    await expect
      .poll(() => findProcesses('environ', (entries) => entries.includes(`MARK=${MARK}`)))
      .toEqual([child.pid]);
  });
});

describe('processes are ended', () => {
  it('with their groups, and no other', async () => {
    await until('it has forked', async () => (await groupOf(child.pid)).length === 2);
    const ended = once(child, 'exit');
    await endProcesses('cmdline', marked, patient);
    expect(await ended).toEqual([null, 'SIGKILL']);
    await until('its group has ended', async () => (await groupOf(child.pid)).length === 0);
    expect(await findProcesses('cmdline', (args) => args[0] === 'sleep')).toContain(other.pid);
  });

  it('if there are any', async () => {
    await endProcesses('cmdline', (args) => args.includes('nobody has this argument'), patient);
  });

  it('until the time is over', async () => {
    await expect.poll(() => findProcesses('cmdline', marked)).toEqual([child.pid]);
    await expect(endProcesses('cmdline', marked, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      kind: 'deadline-exceeded',
    });
  });
});

/** Processes of a group: field 5 of /proc/pid/stat (proc(5)), without corpses. */
const groupOf = async (leader: number | undefined): Promise<readonly number[]> => {
  const pids = await findProcesses('cmdline', (args) => args.length > 0);
  return pids.filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) === leader;
    } catch {
      return false;
    }
  });
};
