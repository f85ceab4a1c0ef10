import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/host/process.ts';

/** A time that tells the processes of this run from all others. */
const FOR_EVER = `86398.${process.pid}`;

const sleepers = (): number =>
  readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `sleep\0${FOR_EVER}\0`;
    } catch {
      return false;
    }
  }).length;

const shell = (script: string) => ({ path: 'sh', args: ['-c', script] });
const never = new AbortController().signal;

describe('a program', () => {
  it('has its input, its outputs apart and its exit code', async () => {
    const finished = await run({ ...shell('cat; echo oops >&2; exit 3'), stdin: 'in' }, { signal: never });
    expect([finished.exitCode, finished.stdout.toString(), finished.stderr.toString()]).toEqual([3, 'in', 'oops\n']);
  });

  it('that says too much is heard to its end, and the rest is dropped', async () => {
    const { exitCode, stdout } = await run(shell('head -c 3000000 /dev/zero'), { signal: never, maxOutput: 1000 });
    expect([exitCode, stdout.length]).toEqual([0, 1000]);
  });

  it('that hangs ends at the deadline with all that it has started, also what holds its output open', async () => {
    const hung = run(shell(`sleep ${FOR_EVER} & sleep ${FOR_EVER}`), { signal: AbortSignal.timeout(500) });
    await expect(hung).rejects.toMatchObject({ name: 'TimeoutError' });
    for (let round = 0; round < 200 && sleepers() > 0; round += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(sleepers()).toBe(0);
  });

  it('is not started when the deadline has passed', async () => {
    await expect(run(shell('exit 0'), { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow(
      'too late',
    );
  });

  it('that is not there is said so', async () => {
    await expect(run({ path: '/nowhere', args: [] }, { signal: never })).rejects.toThrow(/cannot start \/nowhere/);
  });
});
