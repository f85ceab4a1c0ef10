import { JanusError } from '../core/errors.ts';
import { type Command, run } from '../host/process.ts';

/** Both runtimes say so of a container that they do not have (any more). */
const ABSENT = /does not exist|no such file or directory/i;

/** Runs a runtime's `delete`. A container that it does not have: no error. */
export const deleteFromRuntime = async (command: Command, options: { signal: AbortSignal }): Promise<void> => {
  const { exitCode, stderr } = await run(command, options);
  const reason = stderr.toString().trim();
  if (exitCode !== 0 && !ABSENT.test(reason))
    throw new JanusError('internal', `the runtime could not delete the container: ${reason.slice(-500)}`);
};
