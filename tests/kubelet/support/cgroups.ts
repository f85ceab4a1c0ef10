import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../support/command.ts';

const MOUNT = '/sys/fs/cgroup';

/** Every hierarchy of this host; with cgroup v2 there is one. */
const hierarchies = (): readonly string[] =>
  existsSync(join(MOUNT, 'cgroup.controllers'))
    ? [MOUNT]
    : readdirSync(MOUNT)
        .map((name) => join(MOUNT, name))
        .filter((path) => existsSync(join(path, 'cgroup.procs')));

/** A cpuset of v1 without processors and memory nodes takes no process. */
const inherit = (parent: string, child: string, file: string): void => {
  if (existsSync(join(child, file))) writeFileSync(join(child, file), readFileSync(join(parent, file), 'utf8').trim());
};

/** A kubelet wants its root to be there in each hierarchy. The bed that has it as its parent takes it away. */
export const makeCgroupRoot = (name: string): void => {
  for (const hierarchy of hierarchies()) {
    const path = join(hierarchy, name);
    mkdirSync(path, { recursive: true });
    for (const file of ['cpuset.cpus', 'cpuset.mems']) inherit(hierarchy, path, file);
  }
};

/** Where the cgroup of a container is; on v1 in the hierarchy of memory. */
export const cgroupOf = (containerId: string): string => {
  const { stdout } = command('find', ['/sys/fs/cgroup', '-type', 'd', '-name', `*${containerId}*`]);
  const paths = stdout.split('\n').filter(Boolean);
  const path = paths.find((candidate) => candidate.startsWith(join(MOUNT, 'memory/'))) ?? paths[0];
  if (path === undefined) throw new Error(`no cgroup of ${containerId}`);
  return path;
};

/** The processes of a container. */
export const processesOf = (containerId: string): readonly number[] =>
  readFileSync(join(cgroupOf(containerId), 'cgroup.procs'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(Number);
