import { join } from 'node:path';
import type { SandboxRecord } from '../../core/model/sandbox.ts';
import type { SandboxPaths } from '../../core/ports/sandbox-host.ts';
import { type PinnedKind, pinPath } from './namespaces.ts';
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
  /** Bundle of the init of a shared PID namespace. */
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

/** A pod with the host's network has the host's name as well. */
export const pinnedKinds = ({ config }: SandboxRecord): readonly PinnedKind[] => {
  const { network, ipc } = config.security.namespaces;
  return [...(network === 'node' ? [] : (['net', 'uts'] as const)), ...(ipc === 'node' ? [] : (['ipc'] as const))];
};

export const sharesPid = ({ config }: SandboxRecord): boolean => config.security.namespaces.pid === 'pod';

export const pathsOf = (sandbox: SandboxRecord, layout: SandboxLayout): SandboxPaths => {
  const kinds = pinnedKinds(sandbox);
  const pinned = (kind: PinnedKind): string | undefined =>
    kinds.includes(kind) ? pinPath(layout.pins, kind) : undefined;
  return {
    netns: pinned('net'),
    ipcns: pinned('ipc'),
    utsns: pinned('uts'),
    pidns: sharesPid(sandbox) ? pinPath(layout.pins, 'pid') : undefined,
    userns: userNamespaceOf(sandbox) === undefined ? undefined : pinPath(layout.pins, 'user'),
    resolvConf: layout.resolvConf,
    hostname: layout.hostname,
    hosts: layout.hosts,
    shm: pinned('ipc') === undefined ? undefined : layout.shm,
  };
};
