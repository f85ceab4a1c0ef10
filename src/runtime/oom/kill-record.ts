/** A record of the kernel's log. `time` is microseconds on the log's clock, which begins at boot. */
export interface LogRecord {
  readonly time: number;
  /** The process that the record says was killed for memory; undefined: it says something else. */
  readonly killed: number | undefined;
}

/** As /dev/kmsg has it (Documentation/ABI/testing/dev-kmsg). */
export interface KmsgRecord extends LogRecord {
  readonly sequence: number;
}

const HEADER = /^(\d+),(\d+),(\d+),/;

/** Facilities other than 0 are user space: what anybody with access to /dev/kmsg writes is no evidence. */
const KERNEL = 8;

/**
 * mm/oom_kill.c writes one such line for each victim, in no version rate-limited (as the line before it is). The pid stands before the
 * command's name, so that no name can forge it.
 */
const KILLED = /^(?:[\w ()]*: )?Killed process (\d+) \(/;

/** The process that the kernel says it killed for memory. */
export const killedIn = (message: string): number | undefined => {
  const pid = KILLED.exec(message)?.[1];
  return pid === undefined ? undefined : Number(pid);
};

/** Undefined: not a record. */
export const parseRecord = (text: string): KmsgRecord | undefined => {
  const [, priority, sequence, time] = HEADER.exec(text) ?? [];
  if (priority === undefined) return undefined;
  const message = text.slice(text.indexOf(';') + 1);
  const killed = Number(priority) < KERNEL ? killedIn(message) : undefined;
  return { sequence: Number(sequence), time: Number(time), killed };
};
