import { endProcesses } from '../host/find-processes.ts';

/**
 * Ends conmon and the runtime while they make something from this bundle, which both are told: for a verb that gave up, or for a daemon that was killed.
 * What is taken down beside a runtime at work is made again behind one's back. Not for what has been made: its monitor has the same arguments.
 */
export const endMaking = (bundle: string, options: { signal: AbortSignal }): Promise<void> =>
  endProcesses('cmdline', (args) => args.some((arg, at) => arg === bundle && args[at - 1] === '--bundle'), options);
