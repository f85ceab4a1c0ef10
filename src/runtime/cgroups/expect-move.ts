import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { CgroupHierarchy } from './hierarchy.ts';

/** `hierarchy:controllers:path` of each line (cgroups(7), /proc/pid/cgroup); the unified one has no controllers. */
const ownPath = (controller: string, proc: string): string | undefined => {
  for (const line of readFileSync(proc, 'utf8').split('\n')) {
    const [, names = '', ...path] = line.split(':');
    if (names.replace('name=', '').split(',').includes(controller)) return path.join(':');
  }
  return undefined;
};

const ownDirectory = (hierarchy: CgroupHierarchy, proc: string): string | undefined => {
  const [controller = '', mount] =
    hierarchy.version === 2 ? ['', hierarchy.root] : (Object.entries(hierarchy.mounts)[0] ?? []);
  const path = ownPath(controller, proc);
  return mount === undefined || path === undefined ? undefined : mount + path;
};

/**
 * Announces to the kernel that a process is about to be moved to a cgroup. The first move in a while waits until every processor has passed a quiescent
 * state (10 to 20 ms, in which the runtime's `create` stands still); those which follow for as long again do not. Moving the daemon to where it is
 * already changes nothing, and starts that wait while the container's root and spec are made. Nobody waits for it, and it may fail.
 */
export const expectMove = async (hierarchy: CgroupHierarchy, proc = '/proc/self/cgroup'): Promise<void> => {
  try {
    const directory = ownDirectory(hierarchy, proc);
    if (directory !== undefined) await writeFile(`${directory}/cgroup.procs`, '0');
  } catch {
    // Then the runtime waits, as it would have without.
  }
};
