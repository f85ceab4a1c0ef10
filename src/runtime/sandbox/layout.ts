import { join } from 'node:path';
import type { SandboxRecord } from '../../core/model/sandbox.ts';
import type { SandboxPaths } from '../../core/ports/sandbox-host.ts';
import { type PodKind, pinPath } from './namespaces.ts';
import { userNamespaceOf } from './user-namespace.ts';

/** Where a sandbox's things are, all under one directory of this boot. */
export interface SandboxLayout {
  readonly directory: string;
  readonly pins: string;
  readonly resolvConf: string;
  readonly hostname: string;
  readonly hosts: string;
  readonly shm: string;
  /** Where the sysfs of the pod's network is held open for writing. */
  readonly sysfs: string;
  /** Bundle of an init that the runtime runs; not there without one. */
  readonly bundle: string;
}

export const sandboxesDirectory = (state: string): string => join(state, 'sandboxes');

export const layoutOf = (state: string, id: string): SandboxLayout => {
  const directory = join(sandboxesDirectory(state), id);
  return {
    directory,
    pins: join(directory, 'ns'),
    resolvConf: join(directory, 'resolv.conf'),
    hostname: join(directory, 'hostname'),
    hosts: join(directory, 'hosts'),
    shm: join(directory, 'shm'),
    sysfs: join(directory, 'sys'),
    bundle: join(directory, 'init'),
  };
};

/** The namespaces that are the pod's own. One with the host's network has the host's name as well. */
const ownKinds = ({ config }: SandboxRecord): readonly PodKind[] => {
  const { network, ipc } = config.security.namespaces;
  return [...(network === 'node' ? [] : (['net', 'uts'] as const)), ...(ipc === 'node' ? [] : (['ipc'] as const))];
};

export const sharesPid = ({ config }: SandboxRecord): boolean => config.security.namespaces.pid === 'pod';

/** The runtime runs the init of such a pod. */
export const hasRuntimesInit = (sandbox: SandboxRecord): boolean =>
  sharesPid(sandbox) && userNamespaceOf(sandbox) !== undefined;

/**
 * Those of the pod's own namespaces that its process makes at its start, and holds (ADR 0014): a pin is a mount on the host, which all later calls
 * of the runtime pay for. Not the network, which plugins are to find after the process has been killed; nor what another program makes.
 */
export const heldKinds = (sandbox: SandboxRecord): readonly PodKind[] =>
  userNamespaceOf(sandbox) === undefined ? ownKinds(sandbox).filter((kind) => kind !== 'net') : [];

/** Those that a bind mount holds. */
export const pinnedKinds = (sandbox: SandboxRecord): readonly PodKind[] => {
  const held = heldKinds(sandbox);
  return ownKinds(sandbox).filter((kind) => !held.includes(kind));
};

/** The pins that the pod's process is in. A runtime's init may have another IPC and name than it was told to join: runsc's has. */
export const processPins = (sandbox: SandboxRecord): readonly PodKind[] =>
  pinnedKinds(sandbox).filter((kind) => kind === 'net' || !hasRuntimesInit(sandbox));

/** No process, no path of what it holds: a pin that is not there fails, where no path at all would mean the host's namespace. */
export const pathsOf = (sandbox: SandboxRecord, layout: SandboxLayout): SandboxPaths => {
  const own = ownKinds(sandbox);
  const held = heldKinds(sandbox);
  const process = sandbox.state.kind === 'ready' ? sandbox.state.process : undefined;
  const place = (kind: PodKind | 'pid', isHeld: boolean): string =>
    process !== undefined && isHeld ? `/proc/${process.pid}/ns/${kind}` : pinPath(layout.pins, kind);
  const pathOf = (kind: PodKind): string | undefined =>
    own.includes(kind) ? place(kind, held.includes(kind)) : undefined;
  return {
    netns: pathOf('net'),
    ipcns: pathOf('ipc'),
    utsns: pathOf('uts'),
    pidns: sharesPid(sandbox) ? place('pid', !hasRuntimesInit(sandbox)) : undefined,
    userns: userNamespaceOf(sandbox) === undefined ? undefined : pinPath(layout.pins, 'user'),
    resolvConf: layout.resolvConf,
    hostname: layout.hostname,
    hosts: layout.hosts,
    shm: own.includes('ipc') ? layout.shm : undefined,
  };
};
