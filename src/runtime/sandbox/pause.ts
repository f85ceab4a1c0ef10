import { JanusError } from '../../core/errors.ts';
import type { ProcessIdentity } from '../../core/model/sandbox.ts';
import { type Command, start, withNull } from '../../host/process.ts';
import { identify } from '../../host/process-identity.ts';
import { inNamespaces, type PinnedKind } from './namespaces.ts';

/** Sleeps for ever and reaps what is handed to it. Its pages are shared by all pods of the node. */
export const PAUSE = 'catatonit';

const command: Command = { path: PAUSE, args: ['-P'], env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, cwd: '/' };

/**
 * Starts the process that stands for a pod in its namespaces: the pod's network figures are read by it, by Janus and by cAdvisor.
 * It is not PID 1 of anything, so containers never see the host's file system through it.
 */
export const startPause = (pins: string, kinds: readonly PinnedKind[]): ProcessIdentity => {
  const { pid } = inNamespaces(pins, kinds, () => withNull((fd) => start(command, [fd, fd, fd])));
  const identity = identify(pid);
  if (identity === undefined) throw new JanusError('internal', `${PAUSE} ended at once`);
  return identity;
};
