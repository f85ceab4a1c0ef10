import { uptime } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import type { ProcessIdentity } from '../../core/model/sandbox.ts';
import { type LogRecord, parseRecord } from './kill-record.ts';
import { type LogSource, openKmsg } from './kmsg.ts';

/** Which processes the kernel killed for memory, by its own log. */
export interface KernelLog {
  /**
   * Whether it killed this process, which ended at `endedAt` (nanoseconds since the epoch). Undefined: the log cannot be read, or its
   * records of that time were overwritten.
   */
  killed(process: ProcessIdentity, endedAt: bigint): Promise<boolean | undefined>;
}

/** `monotonic` and `boot` in microseconds: the second counts suspended time, the first and the log do not. `epoch` in nanoseconds. */
export interface Clocks {
  readonly monotonic: () => number;
  readonly boot: () => number;
  readonly epoch: () => bigint;
}

const hostClocks: Clocks = {
  monotonic: () => Number(process.hrtime.bigint() / 1000n),
  boot: () => uptime() * 1e6,
  epoch: () => BigInt(Date.now()) * 1_000_000n,
};

const SECOND = 1e6;
/** Field 22 of /proc/pid/stat counts hundredths of a second (USER_HZ). */
const TICK = 1e4;
/** The kernel kills a process, logs it, and the process ends: this much later at the most. */
const DYING = 3 * SECOND;
/** Kills that are remembered, the newest. */
const MEMORY = 4096;
const RECORDS_PER_TURN = 256;

/** The log's clock is not disciplined by NTP, so it strays from the others, by less than a thousandth. */
const startOf = ({ startTime }: ProcessIdentity, clocks: Clocks): number => {
  const monotonic = clocks.monotonic();
  const suspended = Math.max(0, clocks.boot() - monotonic);
  return Number(startTime) * TICK - suspended - (10 * SECOND + monotonic / 1000);
};

/** Remembers kills, and since when it has seen every record. */
const createMemory = () => {
  const kills = new Map<number, number>();
  let completeSince = Number.POSITIVE_INFINITY;
  return {
    kills,
    completeSince: () => completeSince,
    lose: () => {
      completeSince = Number.POSITIVE_INFINITY;
    },
    add: ({ sequence, time, killed }: LogRecord) => {
      completeSince = Math.min(completeSince, sequence === 0 ? Number.NEGATIVE_INFINITY : time);
      if (killed === undefined) return;
      kills.delete(killed);
      kills.set(killed, time);
      const [oldest] = kills.keys();
      if (kills.size > MEMORY && oldest !== undefined) kills.delete(oldest);
    },
  };
};

type Memory = ReturnType<typeof createMemory>;

/** Reads what is new. Bounded pieces: the log may hold tens of thousands of records. */
const catchUp = async (read: LogSource, memory: Memory): Promise<void> => {
  for (let count = 1; ; count += 1) {
    const next = read();
    if (next.kind === 'end') return;
    if (next.kind === 'lost') memory.lose();
    const record = next.kind === 'record' ? parseRecord(next.text) : undefined;
    if (record !== undefined) memory.add(record);
    if (count % RECORDS_PER_TURN === 0) await turn();
  }
};

/**
 * A reader that is opened at the first question and then reads on. The kernel logs a victim before it lets it die (it holds the victim's
 * task lock meanwhile), so the record of a process that has ended is there to be read.
 */
export const createKernelLog = (
  open: () => LogSource | undefined = openKmsg,
  clocks: Clocks = hostClocks,
): KernelLog => {
  const memory = createMemory();
  let source: LogSource | undefined;
  let opened = false;
  let reading: Promise<void> | undefined;

  // Whoever comes while a reading is under way is served by it: it goes on until there is no more.
  const refresh = (read: LogSource): Promise<void> => {
    // A log that cannot be read any more must not keep an exit from being recorded: then it says nothing.
    reading ??= catchUp(read, memory)
      .catch(memory.lose)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  const killed: KernelLog['killed'] = async (main, endedAt) => {
    if (!opened) source = open();
    opened = true;
    if (source === undefined) return undefined;
    await refresh(source);
    const at = memory.kills.get(main.pid);
    // A pid is used again: an earlier process may have had it.
    if (at !== undefined && at >= startOf(main, clocks)) return true;
    const ended = clocks.monotonic() - Number((clocks.epoch() - endedAt) / 1000n);
    return memory.completeSince() <= ended - DYING ? false : undefined;
  };
  return { killed };
};
