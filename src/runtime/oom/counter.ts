import { readdirSync, readFileSync } from 'node:fs';
import { errnoOf } from '../../core/errors.ts';
import type { CgroupHierarchy } from '../cgroups/hierarchy.ts';

/** Version 1 keeps the count in memory.oom_control, version 2 in memory.events: one line `oom_kill N`. */
const counterOf = (hierarchy: CgroupHierarchy, cgroup: string): { directory: string; file: string } | undefined => {
  if (hierarchy.version === 2) return { directory: hierarchy.root + cgroup, file: 'memory.events' };
  const memory = hierarchy.mounts['memory'];
  return memory === undefined ? undefined : { directory: memory + cgroup, file: 'memory.oom_control' };
};

const GONE = ['ENOENT', 'ENODEV'];

const readCount = (path: string): number | undefined => {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? 0);
  } catch (error) {
    if (GONE.includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
};

const childrenOf = (directory: string): readonly string[] => {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${directory}/${name}`);
  } catch (error) {
    if (GONE.includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
};

/** More than any container nests; what lies deeper is left out. */
const MAX_CGROUPS = 256;

/**
 * Whether the kernel killed for memory in the cgroup or below it: a container may have moved its processes into cgroups of its own, and
 * version 1 counts each for itself. Undefined: the cgroup is gone, or this kernel does not count.
 */
export const sawOomKill = (hierarchy: CgroupHierarchy, cgroup: string): boolean | undefined => {
  const counter = counterOf(hierarchy, cgroup);
  if (counter === undefined) return undefined;
  const own = readCount(`${counter.directory}/${counter.file}`);
  if (own === undefined || own > 0) return own === undefined ? undefined : true;
  const queue = [...childrenOf(counter.directory)];
  for (let index = 0; index < Math.min(queue.length, MAX_CGROUPS); index += 1) {
    const directory = queue[index] ?? '';
    if ((readCount(`${directory}/${counter.file}`) ?? 0) > 0) return true;
    queue.push(...childrenOf(directory));
  }
  return false;
};
