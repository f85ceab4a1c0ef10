import { uptime } from 'node:os';
import { run } from '../../host/process.ts';
import { killedIn, type LogRecord } from './kill-record.ts';

/** What systemd's journal has kept of the kernel's log. Times are the log's. */
export interface Past {
  readonly kills: readonly LogRecord[];
  /** Every kill is among them that was logged after this moment; undefined: after the moment that was asked for. */
  readonly missedUntil: number | undefined;
}

/**
 * Reads the journal from `since` on, in nanoseconds since the epoch. Undefined: this host has no journal, or it does not reach back so far.
 * Rejects if it does not answer in time.
 */
export type Journal = (since: bigint) => Promise<Past | undefined>;

const TIME_OUT_MS = 20_000;

/** Nothing is printed beside entries; finding none is status 1. Undefined: it failed, or there is no such program. */
const journalctl = async (...args: readonly string[]): Promise<string | undefined> => {
  const signal = AbortSignal.timeout(TIME_OUT_MS);
  const command = { path: 'journalctl', args: ['--quiet', '--no-pager', ...args] };
  const finished = await run(command, { signal, maxOutput: 16 * 1024 * 1024 }).catch(() => undefined);
  signal.throwIfAborted();
  if (finished === undefined || finished.exitCode > 1 || finished.stderr.length > 0) return undefined;
  return finished.stdout.toString();
};

interface Entry {
  /** Bytes where it is no UTF-8: a command may have any name. */
  readonly MESSAGE: string | readonly number[];
  readonly _TRANSPORT: string;
  /** Facility 0 is the kernel itself; others came through /dev/kmsg from user space. */
  readonly SYSLOG_FACILITY?: string;
  readonly _SOURCE_MONOTONIC_TIMESTAMP?: string;
  readonly __MONOTONIC_TIMESTAMP: string;
}

const messageOf = ({ MESSAGE }: Entry): string =>
  typeof MESSAGE === 'string' ? MESSAGE : Buffer.from(MESSAGE).toString('latin1');

const isKernels = ({ _TRANSPORT, SYSLOG_FACILITY = '0' }: Entry): boolean =>
  _TRANSPORT === 'kernel' && SYSLOG_FACILITY === '0';

const toKill = (entry: Entry): LogRecord => ({
  time: Number(entry._SOURCE_MONOTONIC_TIMESTAMP ?? entry.__MONOTONIC_TIMESTAMP),
  killed: isKernels(entry) ? killedIn(messageOf(entry)) : undefined,
});

/** journald says of itself what the kernel overwrote before it read it. */
const isMissed = (entry: Entry): boolean => entry._TRANSPORT === 'driver' && messageOf(entry).startsWith('Missed ');

/** Lines of `journalctl --output=json`, in the order of the journal. */
export const parseJournal = (output: string): Past => {
  const entries = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
  const missed = entries.filter(isMissed).at(-1);
  return {
    kills: entries.map(toKill).filter(({ killed }) => killed !== undefined),
    missedUntil: missed === undefined ? undefined : Number(missed.__MONOTONIC_TIMESTAMP),
  };
};

const FIELDS = 'MESSAGE,_TRANSPORT,SYSLOG_FACILITY,_SOURCE_MONOTONIC_TIMESTAMP';
/** Without it a flood of other messages would have to be read here. */
const PATTERN = 'Killed process|^Missed .* kernel messages';

/** Whether it has records of the kernel from before that moment, in seconds since the epoch. Old ones are removed from it. */
const reachesBackTo = async (seconds: number): Promise<boolean> => {
  if (seconds < Date.now() / 1000 - uptime()) return true;
  const earlier = await journalctl('--boot', '--dmesg', '--lines=1', `--until=@${seconds}`);
  return earlier !== undefined && earlier !== '';
};

export const readJournal: Journal = async (since) => {
  // It writes what it has read, and reads what the kernel has logged.
  if ((await journalctl('--sync')) === undefined) return undefined;
  const seconds = Number(since / 1_000_000_000n);
  if (!(await reachesBackTo(seconds))) return undefined;
  const range = ['--boot', `--since=@${seconds}`, '--output=json', `--output-fields=${FIELDS}`];
  const matches = [`--grep=${PATTERN}`, '--case-sensitive=yes', '_TRANSPORT=kernel', '+', '_TRANSPORT=driver'];
  const found = await journalctl(...range, ...matches);
  return found === undefined ? undefined : parseJournal(found);
};
