import { type Dirent, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { CgroupPlace } from '../../core/ports/sandbox-host.ts';
import { type CgroupHierarchy, cgroupDirectories } from './hierarchy.ts';
import { scopeName } from './paths.ts';

const MAX_DEPTH = 12;

const entriesOf = (directory: string): readonly Dirent[] => {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
};

/** Directories below `root`, without it, as paths relative to it. One that is removed meanwhile is left out with what is in it. */
export const directoriesBelow = (root: string, path = '', depth = 0): readonly string[] => {
  const own = entriesOf(root + path)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${path}/${name}`);
  if (depth >= MAX_DEPTH) return own;
  return [...own, ...own.flatMap((directory) => directoriesBelow(root, directory, depth + 1))];
};

/**
 * The cgroups of these sandboxes or containers, wherever they are, by id: for those whose record cannot say it.
 * Directories are relative to the hierarchies' roots. All ids take one walk.
 */
export const findCgroups = (hierarchy: CgroupHierarchy, ids: readonly string[]): ReadonlyMap<string, string> => {
  if (ids.length === 0) return new Map();
  const names = new Map(ids.flatMap((id) => [[id, id] as const, [scopeName(id), id] as const]));
  const directories = cgroupDirectories(hierarchy, '').flatMap((root) => directoriesBelow(root));
  return new Map(
    directories.flatMap((directory) => {
      const id = names.get(basename(directory));
      return id === undefined ? [] : [[id, directory] as const];
    }),
  );
};

/** The parent of a pod's cgroup as a client writes it, a path or a slice, and the driver that the cgroup was made with: its name tells. */
export const placeOf = (directory: string): CgroupPlace => {
  const parent = dirname(directory);
  return directory.endsWith('.scope')
    ? { cgroupDriver: 'systemd', cgroupParent: basename(parent) }
    : { cgroupDriver: 'cgroupfs', cgroupParent: parent };
};
