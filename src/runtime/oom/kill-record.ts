/** A record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg). Times are microseconds on the kernel's log clock, which begins at boot. */
export interface LogRecord {
  readonly sequence: number;
  readonly time: number;
  /** The process that the record says was killed for memory; undefined: it says something else. */
  readonly killed: number | undefined;
}

const HEADER = /^(\d+),(\d+),(\d+),/;

/** Facilities other than 0 are user space: what anybody with access to /dev/kmsg writes is no evidence. */
const KERNEL = 8;

/**
 * mm/oom_kill.c writes one such line for each victim, in no version rate-limited (as the line before it is). The pid stands before the
 * command's name, so that no name can forge it.
 */
const KILLED = /^(?:[\w ()]*: )?Killed process (\d+) \(/;

/** Undefined: not a record. */
export const parseRecord = (text: string): LogRecord | undefined => {
  const [, priority, sequence, time] = HEADER.exec(text) ?? [];
  if (priority === undefined) return undefined;
  const message = text.slice(text.indexOf(';') + 1);
  const pid = Number(priority) < KERNEL ? KILLED.exec(message)?.[1] : undefined;
  return { sequence: Number(sequence), time: Number(time), killed: pid === undefined ? undefined : Number(pid) };
};
