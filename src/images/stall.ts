import { readFile } from 'node:fs/promises';
import { findProcesses } from '../host/find-processes.ts';

export interface StallOptions {
  /** An argument by which the process can be told from all others. */
  readonly argument: string;
  readonly periodMs: number;
  readonly onStall: () => void;
}

// An idle Go program reads and writes some bytes a minute to wake its own threads.
const IDLE_BYTES = 4096;

/**
 * Watches a process that copies data, and calls `onStall` once it has read and written next to nothing for a period.
 * A registry that accepts and then says nothing is met in no other way: skopeo sets no limit, and the kubelet no deadline.
 * Returns the function that ends the watch.
 */
export const watchForStall = ({ argument, periodMs, onStall }: StallOptions): (() => void) => {
  let last: number | undefined;
  const look = async (): Promise<void> => {
    const bytes = await bytesMoved(argument);
    if (bytes === undefined) return;
    if (last !== undefined && bytes - last < IDLE_BYTES) onStall();
    last = bytes;
  };
  const timer = setInterval(() => {
    look().catch(() => undefined);
  }, periodMs);
  timer.unref();
  return () => clearInterval(timer);
};

/** Bytes through read and write calls since the process began (proc(5), `io`). No such process: undefined. */
const bytesMoved = async (argument: string): Promise<number | undefined> => {
  const [pid] = await findProcesses('cmdline', (args) => args.includes(argument));
  if (pid === undefined) return undefined;
  const io = await readFile(`/proc/${pid}/io`, 'utf8').catch(() => '');
  return sum(/^rchar: (\d+)$/m.exec(io), /^wchar: (\d+)$/m.exec(io));
};

const sum = (...counts: readonly (RegExpExecArray | null)[]): number =>
  counts.reduce((total, count) => total + Number(count?.[1] ?? 0), 0);
