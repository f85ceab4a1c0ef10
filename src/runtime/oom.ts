import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerLayout } from './container-layout.ts';
import type { CgroupHierarchy } from './cgroups/hierarchy.ts';

const SIGKILLED = 137;

/** Version 1 keeps the count in memory.oom_control, version 2 in memory.events: one line `oom_kill N`. */
const counterFile = (hierarchy: CgroupHierarchy, cgroup: string): string | undefined => {
  if (hierarchy.version === 2) return `${hierarchy.root}${cgroup}/memory.events`;
  const memory = hierarchy.mounts['memory'];
  return memory === undefined ? undefined : `${memory}${cgroup}/memory.oom_control`;
};

/** How many processes of the cgroup the kernel killed for memory; 0 when the cgroup is gone. */
export const oomKills = async (hierarchy: CgroupHierarchy, cgroup: string): Promise<number> => {
  const file = counterFile(hierarchy, cgroup);
  const text = file === undefined ? '' : await readFile(file, 'utf8').catch(() => '');
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
};

/**
 * Whether the kernel's out-of-memory killer ended the container's main process: it died of SIGKILL *and* the kernel killed for memory in its cgroup
 * (or conmon saw it do so, should the cgroup be gone). A kill of a child alone is not it: the main process then ends with a code of its own.
 */
export const wasOomKilled = async (exitCode: number, where: { hierarchy: CgroupHierarchy; cgroup: string; layout: ContainerLayout }): Promise<boolean> => {
  if (exitCode !== SIGKILLED) return false;
  if ((await oomKills(where.hierarchy, where.cgroup)) > 0) return true;
  return existsSync(join(where.layout.persist, 'oom'));
};
