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

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** In ticks since the boot. */
  readonly startTime: number;
}

/** proc_pid_stat(5); the name in it may hold anything. Undefined when it has just ended. */
const readProcess = (pid: number): Process | undefined => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { pid, parent: Number(fields[1]), startTime: Number(fields[19]) };
  } catch {
    return undefined;
  }
};

/** The first process of a container. That of an exec, too, has a parent outside, but started later. */
export const initOf = (containerId: string): Process => {
  const pids = readFileSync(join(cgroupOf(containerId), 'cgroup.procs'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(Number);
  const processes = pids.flatMap((pid) => readProcess(pid) ?? []);
  const [init] = processes
    .filter(({ parent }) => !pids.includes(parent))
    .sort((one, other) => one.startTime - other.startTime);
  if (init === undefined) throw new Error(`no process in ${containerId}`);
  return init;
};
