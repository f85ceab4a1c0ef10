import { setImmediate as turn } from 'node:timers/promises';
import type { ProcessIdentity } from '../../core/model/sandbox.ts';
import { type Clocks, hostClocks, onLogClock, SECOND, startOf } from './clocks.ts';
import { type Journal, readJournal } from './journal.ts';
import { parseRecord } from './kill-record.ts';
import { createKills, type Kills } from './kills.ts';
import { type LogSource, openKmsg } from './kmsg.ts';

/** Which processes the kernel killed for memory, by its own log. */
export interface KernelLog {
  /**
   * Whether it killed this process, which ended at `endedAt` (nanoseconds since the epoch). Undefined: the log cannot be read, or its
   * records of that time were overwritten, and no journal has kept them.
   */
  killed(process: ProcessIdentity, endedAt: bigint): Promise<boolean | undefined>;
}

/** The kernel kills a process, logs it, and the process ends: later than this only if it has much to free and little time to run. */
const DYING = 3 * SECOND;
const LONGEST_DYING = 600 * SECOND;
/** The journal is asked for as much again: those that ended a little earlier need not ask it too. */
const ASKED_BEFORE_END = 2n * 600n * 1_000_000_000n;
const RECORDS_PER_TURN = 256;

/** Reads what is new. Bounded pieces: the log may hold tens of thousands of records. */
const catchUp = async (read: LogSource, kills: Kills): Promise<void> => {
  for (let count = 1; ; count += 1) {
    const next = read();
    if (next.kind === 'end') return;
    if (next.kind === 'lost') kills.lose();
    const record = next.kind === 'record' ? parseRecord(next.text) : undefined;
    if (record !== undefined) {
      kills.add(record);
      kills.reachBackTo(record.sequence === 0 ? Number.NEGATIVE_INFINITY : record.time);
    }
    if (count % RECORDS_PER_TURN === 0) await turn();
  }
};

/** Adds what the journal has kept, which reaches up to what the log itself still has, unless that has lost more meanwhile. */
const addPast = async (journal: Journal, kills: Kills, { since, at }: { since: bigint; at: number }): Promise<void> => {
  const losses = kills.losses();
  const past = await journal(since);
  for (const kill of past?.kills ?? []) kills.add(kill);
  if (past !== undefined && kills.losses() === losses) kills.reachBackTo(past.missedUntil ?? at);
};

export interface LogHost {
  readonly open?: () => LogSource | undefined;
  readonly clocks?: Clocks;
  readonly journal?: Journal;
}

/**
 * A reader that is opened at the first question and then reads on. The kernel logs a victim before it lets it die (it holds the victim's
 * task lock meanwhile), so the record of a process that has ended is there to be read, or was: the log is a ring, and what it has lost,
 * while there was no daemon say, systemd's journal has.
 */
export const createKernelLog = ({
  open = openKmsg,
  clocks = hostClocks,
  journal = readJournal,
}: LogHost = {}): KernelLog => {
  const kills = createKills();
  let source: LogSource | undefined;
  let opened = false;
  let reading: Promise<void> | undefined;
  let asking: Promise<void> = Promise.resolve();
  let asked: Journal | undefined = journal;

  // Whoever comes while a reading is under way is served by it: it goes on until there is no more.
  const refresh = (read: LogSource): Promise<void> => {
    // A log that cannot be read any more must not keep an exit from being recorded: then it says nothing.
    reading ??= catchUp(read, kills)
      .catch(kills.lose)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  const askJournal = async (endedAt: bigint): Promise<void> => {
    const isKnown = kills.completeSince() <= onLogClock(endedAt, clocks) - LONGEST_DYING;
    if (asked === undefined || isKnown || kills.completeSince() === Number.POSITIVE_INFINITY) return;
    const since = endedAt - ASKED_BEFORE_END;
    // One that does not answer would hold up every exit from now on.
    await addPast(asked, kills, { since, at: onLogClock(since, clocks) }).catch(() => {
      asked = undefined;
    });
  };

  const verdict = (main: ProcessIdentity, endedAt: bigint, dying: number): boolean | undefined => {
    const at = kills.timeOf(main.pid);
    // A pid is used again: an earlier process may have had it.
    if (at !== undefined && at >= startOf(main, clocks)) return true;
    return kills.completeSince() <= onLogClock(endedAt, clocks) - dying ? false : undefined;
  };

  const killed: KernelLog['killed'] = async (main, endedAt) => {
    if (!opened) source = open();
    opened = true;
    if (source === undefined) return undefined;
    await refresh(source);
    const logged = verdict(main, endedAt, LONGEST_DYING);
    if (logged !== undefined) return logged;
    asking = asking.then(() => askJournal(endedAt));
    await asking;
    return verdict(main, endedAt, DYING);
  };
  return { killed };
};
