import { describe, expect, test } from 'vitest';
import type { Clocks } from '../../../src/runtime/oom/clocks.ts';
import type { Journal } from '../../../src/runtime/oom/journal.ts';
import { createKernelLog } from '../../../src/runtime/oom/kernel-log.ts';
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

const NONE: Journal = async () => undefined;

const logOf = (reads: readonly LogRead[], time: Clocks, journal = NONE) => {
  const queue = [...reads];
  return {
    log: createKernelLog({ open: () => () => queue.shift() ?? END, clocks: time, journal }),
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
  expect(
    await createKernelLog({ open: () => undefined, clocks: clocks(505) }).killed(process(42, 400), ended(1)),
  ).toBeUndefined();
});

test('a log that fails says nothing', async () => {
  const failing = () => {
    throw new Error('EIO');
  };
  const log = createKernelLog({ open: () => failing, clocks: clocks(505), journal: NONE });
  expect(await log.killed(process(42, 400), ended(1))).toBeUndefined();
});

test('callers at the same time read a long log once and all get its end', async () => {
  const reads = Array.from({ length: 1000 }, (_, sequence) => other(sequence, 1 + sequence / 10));
  const { log } = logOf([...reads, kill(1000, 500, 42)], clocks(505));
  const answers = await Promise.all(Array.from({ length: 5 }, () => log.killed(process(42, 400), ended(1))));
  expect(answers).toEqual([true, true, true, true, true]);
});

describe('what the log has lost', () => {
  const past = (kills: Readonly<Record<number, number>>, missedUntil?: number) => {
    const asked: bigint[] = [];
    const records = Object.entries(kills).map(([pid, seconds]) => ({ killed: Number(pid), time: seconds * 1e6 }));
    const journal: Journal = async (since) => {
      asked.push(since);
      return { kills: records, missedUntil: missedUntil === undefined ? undefined : missedUntil * 1e6 };
    };
    return { asked, journal };
  };
  const overwritten = [other(900, 4990)];

  test('is in the journal: who was killed, and that another was not', async () => {
    const { journal } = past({ 42: 4900 });
    const { log } = logOf(overwritten, clocks(5000), journal);
    expect(await log.killed(process(42, 400), ended(80))).toBe(true);
    expect(await log.killed(process(43, 400), ended(80))).toBe(false);
  });

  test('may be the kill of one that took long to end', async () => {
    const { journal } = past({ 42: 4900 });
    expect(await logOf(overwritten, clocks(5000), journal).log.killed(process(42, 400), ended(2))).toBe(true);
  });

  test('is asked for once by all who ended at about that time', async () => {
    const { journal, asked } = past({ 42: 4900 });
    const { log } = logOf(overwritten, clocks(5000), journal);
    await Promise.all([80, 120, 500].map((ago) => log.killed(process(43, 400), ended(ago))));
    expect(asked).toEqual([ended(80 + 1200)]);
    await log.killed(process(43, 400), ended(4000));
    expect(asked).toHaveLength(2);
  });

  test('is not asked for when nothing was lost', async () => {
    const { journal, asked } = past({});
    const { log } = logOf([other(0, 1)], clocks(5000), journal);
    expect(await log.killed(process(43, 400), ended(1))).toBe(false);
    expect(asked).toEqual([]);
  });

  test('is unknown where the journal missed something too', async () => {
    const { journal } = past({ 42: 4950 }, 4940);
    const { log } = logOf(overwritten, clocks(5000), journal);
    expect(await log.killed(process(42, 400), ended(40))).toBe(true);
    expect(await log.killed(process(43, 400), ended(40))).toBe(false);
    expect(await log.killed(process(43, 400), ended(58))).toBeUndefined();
  });

  test('an earlier process of the journal had that pid', async () => {
    const { journal } = past({ 42: 4900 });
    const { log } = logOf(overwritten, clocks(5000), journal);
    expect(await log.killed(process(42, 4950), ended(20))).toBe(false);
  });

  test('a journal that does not answer is not asked again', async () => {
    let asked = 0;
    const journal: Journal = async () => {
      asked += 1;
      throw new Error('timed out');
    };
    const { log } = logOf(overwritten, clocks(5000), journal);
    expect(await log.killed(process(43, 400), ended(80))).toBeUndefined();
    expect(await log.killed(process(43, 400), ended(80))).toBeUndefined();
    expect(asked).toBe(1);
  });
});
