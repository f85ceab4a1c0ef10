import type { LogRecord } from './kill-record.ts';

/** Kills that are remembered, the newest. */
const MEMORY = 4096;

/** The kills that the kernel has logged, and since when every one of them is known. Times are the log's. */
export interface Kills {
  /** When the process of that pid was killed, the last one that had it. */
  timeOf(pid: number): number | undefined;
  completeSince(): number;
  add(record: LogRecord): void;
  /** Nothing was missed from this moment up to what was known before. */
  reachBackTo(time: number): void;
  /** Something was missed just now. */
  lose(): void;
  /** How often something was. */
  losses(): number;
}

export const createKills = (): Kills => {
  const times = new Map<number, number>();
  let completeSince = Number.POSITIVE_INFINITY;
  let losses = 0;
  return {
    timeOf: (pid) => times.get(pid),
    completeSince: () => completeSince,
    reachBackTo: (time) => {
      completeSince = Math.min(completeSince, time);
    },
    lose: () => {
      completeSince = Number.POSITIVE_INFINITY;
      losses += 1;
    },
    losses: () => losses,
    add: ({ time, killed }) => {
      if (killed === undefined || time < (times.get(killed) ?? 0)) return;
      times.delete(killed);
      times.set(killed, time);
      const [oldest] = times.keys();
      if (times.size > MEMORY && oldest !== undefined) times.delete(oldest);
    },
  };
};
