import { readFileSync } from 'node:fs';
import { JanusError } from '../../core/errors.ts';

/**
 * The host's cgroup file systems. Version 1: one mount point for each hierarchy, which serves one or more controllers
 * (`name=systemd` counts as the controller `systemd`). Version 2: one mount point for all.
 */
export type CgroupHierarchy =
  | {
      readonly version: 1;
      readonly mounts: Readonly<Record<string, string>>;
      /** Where version 2 is mounted beside (hybrid): runtimes make cgroups there too, which hold nothing. */
      readonly unified?: string;
    }
  | { readonly version: 2; readonly root: string };

interface MountLine {
  readonly mountpoint: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** proc(5), /proc/pid/mountinfo. */
const parseLine = (line: string): MountLine | undefined => {
  const [left, right] = line.split(' - ');
  const mountpoint = left?.split(' ')[4];
  const [type, , options] = right?.split(' ') ?? [];
  return mountpoint === undefined || type === undefined
    ? undefined
    : { mountpoint, type, options: options?.split(',') ?? [] };
};

const CONTROLLERS = [
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'devices',
  'freezer',
  'blkio',
  'pids',
  'hugetlb',
  'net_cls',
  'net_prio',
  'perf_event',
  'rdma',
  'misc',
];

const controllersOf = ({ options }: MountLine): readonly string[] => [
  ...options.filter((option) => CONTROLLERS.includes(option)),
  ...(options.includes('name=systemd') ? ['systemd'] : []),
];

/** With both versions mounted (hybrid) the runtimes use version 1, and so do we. */
export const parseHierarchy = (mountinfo: string): CgroupHierarchy => {
  const lines = mountinfo.split('\n').flatMap((line) => parseLine(line) ?? []);
  const v1 = lines
    .filter((line) => line.type === 'cgroup')
    .flatMap((line) => controllersOf(line).map((name) => [name, line.mountpoint] as const));
  const v2 = lines.find((line) => line.type === 'cgroup2');
  if (v1.length > 0)
    return { version: 1, mounts: Object.fromEntries(v1), ...(v2 !== undefined && { unified: v2.mountpoint }) };
  if (v2 === undefined) throw new JanusError('failed-precondition', 'no cgroup file system is mounted on this host');
  return { version: 2, root: v2.mountpoint };
};

export const readHierarchy = (): CgroupHierarchy => parseHierarchy(readFileSync('/proc/self/mountinfo', 'utf8'));

/** Directories of one cgroup, once for each distinct hierarchy. `path` is relative to the roots and begins with `/`. */
export const cgroupDirectories = (hierarchy: CgroupHierarchy, path: string): readonly string[] =>
  hierarchy.version === 2
    ? [hierarchy.root + path]
    : [...new Set(Object.values(hierarchy.mounts))].map((mount) => mount + path);
