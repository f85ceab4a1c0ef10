import { expect, test } from 'vitest';
import { type Clocks, createKernelLog } from '../../../src/runtime/oom/kernel-log.ts';
import type { LogRead } from '../../../src/runtime/oom/kmsg.ts';

const END: LogRead = { kind: 'end' };
const LOST: LogRead = { kind: 'lost' };
const record = (sequence: number, seconds: number, message: string): LogRead => ({
  kind: 'record',
  text: `3,${sequence},${seconds * 1e6},-;${message}\n`,
});
const kill = (sequence: number, seconds: number, pid: number): LogRead =>
  record(sequence, seconds, `Memory cgroup out of memory: Killed process ${pid} (tail) total-vm:1kB`);
const other = (sequence: number, seconds: number): LogRead => record(sequence, seconds, 'eth0: link up');

/** It is `now` seconds after boot. */
const clocks = (now: number, suspended = 0): Clocks => ({
  monotonic: () => now * 1e6,
  boot: () => (now + suspended) * 1e6,
  epoch: () => 1_000_000_000_000_000_000n,
});

/** Nanoseconds since the epoch, `ago` seconds before now. */
const ended = (ago: number): bigint => 1_000_000_000_000_000_000n - BigInt(ago) * 1_000_000_000n;
/** A process that started so many seconds after boot. */
const process = (pid: number, started: number) => ({ pid, startTime: String(started * 100) });

const logOf = (reads: readonly LogRead[], time: Clocks) => {
  const queue = [...reads];
  return {
    log: createKernelLog(() => () => queue.shift() ?? END, time),
    more: (...next: LogRead[]) => queue.push(...next),
  };
};

test('a process that the log names was killed, another one was not', async () => {
  const { log } = logOf([other(0, 1), kill(1, 500, 42)], clocks(505));
  expect(await log.killed(process(42, 400), ended(1))).toBe(true);
  expect(await log.killed(process(43, 400), ended(1))).toBe(false);
});

test('what an earlier process with that pid suffered does not count', async () => {
  const { log } = logOf([other(0, 1), kill(1, 100, 42)], clocks(505));
  expect(await log.killed(process(42, 400), ended(1))).toBe(false);
});

test('the time that the host was suspended is in the start of a process and not in the log', async () => {
  const { log } = logOf([other(0, 1), kill(1, 500, 42)], clocks(505, 7200));
  expect(await log.killed(process(42, 400 + 7200), ended(1))).toBe(true);
});

test('records that come later are read when they are asked for', async () => {
  const { log, more } = logOf([other(0, 1), END], clocks(505));
  expect(await log.killed(process(42, 400), ended(1))).toBe(false);
  more(kill(1, 504, 42));
  expect(await log.killed(process(42, 400), ended(0))).toBe(true);
});

test('a log that begins after the end of the process says nothing', async () => {
  const { log } = logOf([other(900, 503)], clocks(505));
  expect(await log.killed(process(42, 400), ended(4))).toBeUndefined();
  expect(await log.killed(process(42, 400), ended(1))).toBeUndefined();
});

test('a log that reaches back behind the end of the process is enough', async () => {
  const { log } = logOf([other(900, 490)], clocks(505));
  expect(await log.killed(process(42, 10), ended(1))).toBe(false);
});

test('what was overwritten unread is not known, what was read before is', async () => {
  const { log, more } = logOf([other(0, 1), kill(1, 490, 42), END], clocks(505));
  expect(await log.killed(process(42, 400), ended(15))).toBe(true);
  more(LOST, other(5000, 504));
  expect(await log.killed(process(43, 400), ended(1))).toBeUndefined();
  expect(await log.killed(process(42, 400), ended(15))).toBe(true);
});

test('an empty log, and one that cannot be opened, say nothing', async () => {
  expect(await logOf([], clocks(505)).log.killed(process(42, 400), ended(1))).toBeUndefined();
  expect(await createKernelLog(() => undefined, clocks(505)).killed(process(42, 400), ended(1))).toBeUndefined();
});

test('a log that fails says nothing', async () => {
  const failing = () => {
    throw new Error('EIO');
  };
  expect(await createKernelLog(() => failing, clocks(505)).killed(process(42, 400), ended(1))).toBeUndefined();
});

test('callers at the same time read a long log once and all get its end', async () => {
  const reads = Array.from({ length: 1000 }, (_, sequence) => other(sequence, 1 + sequence / 10));
  const { log } = logOf([...reads, kill(1000, 500, 42)], clocks(505));
  const answers = await Promise.all(Array.from({ length: 5 }, () => log.killed(process(42, 400), ended(1))));
  expect(answers).toEqual([true, true, true, true, true]);
});
