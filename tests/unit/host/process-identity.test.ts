import { describe, expect, it } from 'vitest';
import { type Child, killGroup, start, withNull } from '../../../src/host/process.ts';
import { identify, identityIn, isRunning, signalProcess } from '../../../src/host/process-identity.ts';

const sleeper = (): Child => withNull((fd) => start({ path: 'sleep', args: ['60'] }, [fd, fd, fd]));

const started = (): {
  readonly child: Child;
  readonly identity: { readonly pid: number; readonly startTime: string };
} => {
  const child = sleeper();
  const identity = identify(child.pid);
  if (identity === undefined) throw new Error('sleep has no identity');
  return { child, identity };
};

const MAX_PID = 2 ** 22;

/** /proc/42/stat up to the start time, which is 77: field 22 (proc(5)). */
const stat = (state: string): string => `42 (a) Z (b) ${state} ${'0 '.repeat(18)}77 0`;

describe('a process', () => {
  it('is itself as long as it runs', async () => {
    const { child, identity } = started();
    expect(identify(child.pid)).toEqual(identity);
    expect(isRunning(identity)).toBe(true);
    killGroup(child.pid);
    await child.exited;
    expect(isRunning(identity)).toBe(false);
    expect(identify(child.pid)).toBeUndefined();
  });

  it('with the same pid at another time is another one, and gets no signal', async () => {
    const { child, identity } = started();
    const earlier = { ...identity, startTime: String(Number(identity.startTime) - 1) };
    expect(isRunning(earlier)).toBe(false);
    expect(signalProcess(earlier, 'SIGKILL')).toBe(false);
    expect(isRunning(identity)).toBe(true);
    killGroup(child.pid);
    await child.exited;
  });

  it.each([
    ['SIGTERM', 143],
    ['TERM', 143],
    ['9', 137],
    ['SIGRTMIN+3', 165],
  ])('gets %s', async (signal, exitCode) => {
    const { child, identity } = started();
    expect(signalProcess(identity, signal)).toBe(true);
    expect(await child.exited).toBe(exitCode);
  });

  it('that never was has no identity and gets no signal', () => {
    expect(identify(MAX_PID)).toBeUndefined();
    expect(signalProcess({ pid: MAX_PID, startTime: '1' }, 'SIGTERM')).toBe(false);
  });

  it.each(['R', 'S', 'D', 'T', 't', 'I'])('in state %s has an identity', (state) => {
    expect(identityIn(42, stat(state))).toEqual({ pid: 42, startTime: '77' });
  });

  it.each(['Z', 'X', 'x'])('in state %s has ended', (state) => {
    expect(identityIn(42, stat(state))).toBeUndefined();
  });

  it('is not signalled by a name that is none', () => {
    expect(() => signalProcess({ pid: process.pid, startTime: '1' }, 'SIGNONSENSE')).toThrow(RangeError);
  });
});
