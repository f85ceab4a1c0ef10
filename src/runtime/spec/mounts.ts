import type { SandboxPaths } from '../../core/ports/sandbox-host.ts';
import { toOciMappings } from './namespaces.ts';
import type { OciLinux, OciMount } from './oci.ts';
import { depth, isWithin } from './paths.ts';
import type { PreparedMount } from './prepare-mounts.ts';
import type { ImageVolume } from './volumes.ts';

export interface MountsInput {
  readonly paths: SandboxPaths;
  readonly mounts: readonly PreparedMount[];
  readonly volumes: readonly ImageVolume[];
  readonly readonlyRootfs: boolean;
  readonly privileged: boolean;
  /** The container shares no IPC namespace, and so no /dev/shm. */
  readonly ownIpc: boolean;
}

/**
 * Kernel file systems, then binds, parents before children. A mount of the request replaces whatever Janus would put on the same path,
 * and one on /dev all that Janus would put below it.
 */
export const ociMounts = (input: MountsInput): readonly OciMount[] => {
  const taken = new Set(input.mounts.map((mount) => mount.containerPath));
  const isFree = ({ destination }: OciMount): boolean =>
    !taken.has(destination) && !(taken.has('/dev') && isWithin(destination, '/dev'));
  const volumes = input.volumes.map(({ hostPath, containerPath }) => bind(hostPath, containerPath, 'rw'));
  const binds = [...volumes, ...podFiles(input)].filter(({ destination }) => !taken.has(destination));
  const sorted = [...input.mounts.map(requestedMount), ...binds].sort(
    (a, b) => depth(a.destination) - depth(b.destination),
  );
  return [...kernelMounts(input).filter(isFree), ...sorted];
};

const kernelMounts = ({ privileged, paths, ownIpc }: MountsInput): readonly OciMount[] => {
  const access = privileged ? 'rw' : 'ro';
  const fs = (destination: string, type: string, options: readonly string[]): OciMount => ({
    destination,
    type,
    source: type,
    options,
  });
  return [
    fs('/proc', 'proc', ['nosuid', 'noexec', 'nodev']),
    fs('/dev', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
    fs('/dev/pts', 'devpts', ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5']),
    fs('/dev/mqueue', 'mqueue', ['nosuid', 'noexec', 'nodev']),
    ...(ownIpc ? [fs('/dev/shm', 'tmpfs', ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'])] : []),
    sysfs(paths, access),
    fs('/sys/fs/cgroup', 'cgroup', ['nosuid', 'noexec', 'nodev', 'relatime', access]),
  ];
};

// The kernel refuses a new sysfs to a user namespace that does not own the network namespace.
const sysfs = ({ userns, netns }: SandboxPaths, access: 'ro' | 'rw'): OciMount =>
  userns !== undefined && netns === undefined
    ? { destination: '/sys', type: 'bind', source: '/sys', options: ['rbind', 'rro', 'nosuid', 'noexec', 'nodev'] }
    : { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', access] };

const podFiles = ({ paths, readonlyRootfs, ownIpc }: MountsInput): readonly OciMount[] => {
  const access = readonlyRootfs ? 'ro' : 'rw';
  return [
    bind(paths.hostname, '/etc/hostname', access),
    bind(paths.hosts, '/etc/hosts', access),
    bind(paths.resolvConf, '/etc/resolv.conf', access),
    ...(ownIpc ? [] : [bind(paths.shm ?? '/dev/shm', '/dev/shm', 'rw')]),
  ];
};

const bind = (source: string, destination: string, access: 'ro' | 'rw'): OciMount => ({
  destination,
  type: 'bind',
  source,
  options: ['rbind', 'rprivate', access],
});

const PROPAGATION = { private: 'rprivate', 'host-to-container': 'rslave', bidirectional: 'rshared' } as const;

const requestedMount = (mount: PreparedMount): OciMount => {
  const readonly = mount.recursiveReadOnly ? 'rro' : 'ro';
  return {
    destination: mount.containerPath,
    type: 'bind',
    source: mount.hostPath,
    options: ['rbind', PROPAGATION[mount.propagation], mount.readonly ? readonly : 'rw'],
    ...(mount.uidMappings.length > 0 && { uidMappings: toOciMappings(mount.uidMappings) }),
    ...(mount.gidMappings.length > 0 && { gidMappings: toOciMappings(mount.gidMappings) }),
  };
};

/** The root mount must let through what the widest of the mounts does. */
export const rootfsPropagation = (mounts: readonly PreparedMount[]): OciLinux['rootfsPropagation'] => {
  if (mounts.some(({ propagation }) => propagation === 'bidirectional')) return 'rshared';
  return mounts.some(({ propagation }) => propagation === 'host-to-container') ? 'rslave' : undefined;
};
