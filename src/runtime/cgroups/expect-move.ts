import { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { CgroupHierarchy } from './hierarchy.ts';

/** `hierarchy:controllers:path` of each line (cgroups(7), /proc/pid/cgroup); the unified one has no controllers. */
const ownPath = (controller: string, proc: string): string | undefined => {
  for (const line of readFileSync(proc, 'utf8').split('\n')) {
    const [, names = '', ...path] = line.split(':');
    if (names.replace('name=', '').split(',').includes(controller)) return path.join(':');
  }
  return undefined;
};

const ownDirectory = (hierarchy: CgroupHierarchy, proc: string): string => {
  const [controller = '', mount] =
    hierarchy.version === 2 ? ['', hierarchy.root] : (Object.entries(hierarchy.mounts)[0] ?? []);
  const path = ownPath(controller, proc);
  if (mount === undefined || path === undefined) throw new Error('the daemon is in no cgroup');
  return mount + path;
};

/** Says that processes will be moved to cgroups within the next 60 ms. Costs the caller nothing, and cannot fail. */
export type ExpectMove = () => void;

/** The kernel's readiness lasts for about 10 ms from the last move; a call of a pod's creation takes 20 to 60 ms. */
const EVERY_MS = 5;
const EXPECTED_MS = 60;

/**
 * The first move to a cgroup in a while waits until every processor has passed a quiescent state (10 to 20 ms, in which the runtime's `create` or `exec`
 * stands still); those which follow soon do not. Moving the daemon to where it is already changes nothing, and takes that wait upon itself while the
 * container's root and spec are made. Repeated while a move is expected: 8 to 13 % of the time of a pod's creation.
 */
export const createExpectMove = (hierarchy: CgroupHierarchy, proc = '/proc/self/cgroup'): ExpectMove => {
  let until = 0;
  let announcing = false;

  const announceTo = async (file: FileHandle): Promise<void> => {
    while (performance.now() < until) {
      await file.write('0');
      await delay(EVERY_MS, undefined, { ref: false });
    }
  };

  const announce = async (): Promise<void> => {
    announcing = true;
    try {
      const file = await open(`${ownDirectory(hierarchy, proc)}/cgroup.procs`, 'r+');
      await announceTo(file).finally(() => file.close());
    } catch {
      // Then the runtime waits, as it would have without.
    } finally {
      announcing = false;
    }
  };

  return () => {
    until = performance.now() + EXPECTED_MS;
    if (!announcing) void announce();
  };
};
