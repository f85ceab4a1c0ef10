import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Ends a program, if it has not ended, and gives its exit code; -1 when a signal ended it. */
export const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number> => {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode ?? -1;
};
