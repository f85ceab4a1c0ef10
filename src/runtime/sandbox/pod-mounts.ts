import { mkdir } from 'node:fs/promises';
import type { SandboxRecord } from '../../core/model/sandbox.ts';
import { MS, mount } from '../../host/libc/mounts.ts';
import { pinnedKinds, type SandboxLayout } from './layout.ts';
import { inNamespaces } from './namespaces.ts';
import { userNamespaceOf } from './user-namespace.ts';

const SHM_BYTES = 64 * 1024 * 1024;

/** Pods that may have privileged containers, which write to /sys. */
export const holdsSysfs = (sandbox: SandboxRecord): boolean =>
  sandbox.config.security.privileged && userNamespaceOf(sandbox) === undefined && pinnedKinds(sandbox).includes('net');

/**
 * A network namespace has one sysfs, and its first mount decides whether that can be written to at all. An unprivileged container's is read-only;
 * so that the privileged one beside it does not depend on who came first, a writable one is there from the beginning.
 */
export const mountSysfs = async ({ pins, sysfs }: SandboxLayout): Promise<void> => {
  await mkdir(sysfs, { recursive: true, mode: 0o700 });
  inNamespaces(pins, ['net'], () =>
    mount({ source: 'sysfs', target: sysfs, type: 'sysfs', flags: MS.nosuid | MS.nodev | MS.noexec }),
  );
};

export const mountShm = async (target: string): Promise<void> => {
  await mkdir(target, { recursive: true, mode: 0o1777 });
  mount({
    source: 'shm',
    target,
    type: 'tmpfs',
    flags: MS.nosuid | MS.nodev | MS.noexec,
    data: `mode=1777,size=${SHM_BYTES}`,
  });
};
