import { JanusError } from '../../core/errors.ts';
import type { ProcessIdentity } from '../../core/model/sandbox.ts';
import { endProcesses } from '../../host/find-processes.ts';
import { type Child, type Command, start, withNull } from '../../host/process.ts';
import { identify } from '../../host/process-identity.ts';
import type { InitRoot } from './init-root.ts';
import type { SandboxLayout } from './layout.ts';
import { inNamespaces, inNewNamespaces, type NewNamespaces, type PodKind } from './namespaces.ts';
import { PAUSE } from './pause-program.ts';

/** Says in the environment of the process whose it is: its arguments are the same for all pods. */
const OWNER = 'JANUS_SANDBOX';

const commandFor = (directory: string): Command => ({
  path: PAUSE,
  args: ['-P'],
  env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', [OWNER]: directory },
  cwd: '/',
});

export interface PauseNamespaces {
  readonly pinned: readonly PodKind[];
  /** Made for the process, which holds them. */
  readonly held: NewNamespaces;
  /** For a pod that shares its PID namespace: the process is its init, and every container sees its root. */
  readonly initRoot: InitRoot | undefined;
}

/**
 * Starts the process that stands for a pod in its namespaces: the pod's network figures are read by it, by Janus and by cAdvisor.
 * Containers never see the host's file system through it: they do not see it at all, or it has a root of its own.
 */
export const startPause = (
  { directory, pins }: SandboxLayout,
  { pinned, held, initRoot }: PauseNamespaces,
): ProcessIdentity => {
  const command = commandFor(directory);
  const run = (): Child =>
    initRoot === undefined
      ? withNull((fd) => start(command, [fd, fd, fd]))
      : initRoot.within((root) => start({ ...command, path: `/${PAUSE}` }, [root, root, root]));
  const { pid } = inNamespaces(pins, pinned, () => inNewNamespaces(held, run));
  const identity = identify(pid);
  if (identity === undefined) throw new JanusError('internal', `${PAUSE} ended at once`);
  return identity;
};

/** Ends the process of a sandbox that is half made: a daemon that was killed may have put it into no cgroup and no record yet. */
export const endPause = ({ directory }: SandboxLayout, options: { signal: AbortSignal }): Promise<void> =>
  endProcesses('environ', (entries) => entries.includes(`${OWNER}=${directory}`), options);
