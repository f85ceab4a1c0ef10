import { uptime } from 'node:os';
import type { ProcessIdentity } from '../../core/model/sandbox.ts';

/** `monotonic` and `boot` in microseconds: the second counts suspended time, the first and the log do not. `epoch` in nanoseconds. */
export interface Clocks {
  readonly monotonic: () => number;
  readonly boot: () => number;
  readonly epoch: () => bigint;
}

export const hostClocks: Clocks = {
  monotonic: () => Number(process.hrtime.bigint() / 1000n),
  boot: () => uptime() * 1e6,
  epoch: () => BigInt(Date.now()) * 1_000_000n,
};

export const SECOND = 1e6;
/** Field 22 of /proc/pid/stat counts hundredths of a second (USER_HZ). */
const TICK = 1e4;

/** On the log's clock, which is not disciplined by NTP, so it strays from the others, by less than a thousandth. */
export const startOf = ({ startTime }: ProcessIdentity, clocks: Clocks): number => {
  const monotonic = clocks.monotonic();
  const suspended = Math.max(0, clocks.boot() - monotonic);
  return Number(startTime) * TICK - suspended - (10 * SECOND + monotonic / 1000);
};

/** A moment in nanoseconds since the epoch, on the log's clock. */
export const onLogClock = (moment: bigint, clocks: Clocks): number =>
  clocks.monotonic() - Number((clocks.epoch() - moment) / 1000n);
