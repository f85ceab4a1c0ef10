import { JanusError } from '../../core/errors.ts';

const messageIn = (line: string): string | undefined => {
  try {
    const { level, msg } = JSON.parse(line) as { level?: string; msg?: string };
    return level === 'error' || level === 'fatal' ? msg : undefined;
  } catch {
    // Not a line of JSON: crun also writes plain warnings.
    return undefined;
  }
};

/** Both runtimes say so when it is the command that cannot be run. */
const COMMAND_FAULT = /executable file|no such file or directory|permission denied|is a directory|exec format error/i;
const GONE = /stopped container|not running|container .*does not exist|no such process/i;

/** Why the runtime did not start the process, from its own log (`--log-format json`). */
export const startFailure = (log: string, exitCode: number): JanusError => {
  const reasons = log.split('\n').flatMap((line) => messageIn(line) ?? []);
  const reason = reasons.at(-1) ?? `the runtime ended with ${exitCode}`;
  if (GONE.test(reason)) return new JanusError('failed-precondition', `exec failed: ${reason}`);
  if (COMMAND_FAULT.test(reason)) return new JanusError('invalid-argument', `cmd: cannot be run: ${reason}`);
  return new JanusError('internal', `exec failed: ${reason}`);
};
