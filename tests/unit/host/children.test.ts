import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { runningChildren } from '../../../src/host/children.ts';
import { call } from '../../../src/host/libc/library.ts';
import { type Child, killGroup, start, withNull } from '../../../src/host/process.ts';

const shell = (script: string): Child => withNull((fd) => start({ path: 'sh', args: ['-c', script] }, [fd, fd, fd]));

const waitpid = call('int waitpid(int pid, void *status, int options)');

describe('the exit of a child', () => {
  it.each([
    ['exit 0', 0],
    ['exit 7', 7],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
  ])('of %j is %i', async (script, exitCode) => {
    expect(await shell(script).exited).toBe(exitCode);
  });

  it('leaves no corpse', async () => {
    const child = shell('exit 0');
    await child.exited;
    await vi.waitFor(() => expect(existsSync(`/proc/${child.pid}`)).toBe(false));
  });

  it('is told for each of many', async () => {
    const codes = Array.from({ length: 20 }, (_, n) => n);
    const children = codes.map((n) => shell(`exit ${n}`));
    expect(await Promise.all(children.map(({ exited }) => exited))).toEqual(codes);
    expect(runningChildren()).toBe(0);
  });

  it('of a whole group that is killed is told', async () => {
    const child = shell('sleep 60 & wait');
    killGroup(child.pid);
    expect(await child.exited).toBe(137);
    expect(() => killGroup(child.pid)).not.toThrow();
  });

  it('that somebody else has waited for is told all the same', async () => {
    const child = shell('exit 3');
    // In this turn nobody else can have waited for it.
    waitpid(child.pid, null, 0);
    expect(await child.exited).toBe(255);
    expect(runningChildren()).toBe(0);
  });
});
