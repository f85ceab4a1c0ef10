import { endProcesses } from '../host/find-processes.ts';

/**
 * Ends plugins that a daemon which was killed had started for this pod, with those that they have called: an ADD that goes on beside the DEL leaves an
 * address that is nobody's.
 */
export const endPlugins = (containerId: string, options: { signal: AbortSignal }): Promise<void> =>
  endProcesses('environ', (entries) => entries.includes(`CNI_CONTAINERID=${containerId}`), options);
