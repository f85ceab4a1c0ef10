import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { CgroupDriver } from '../../core/model/sandbox.ts';
import { type CgroupHierarchy, cgroupDirectories } from './hierarchy.ts';
import { scopeName } from './paths.ts';

const MAX_DEPTH = 12;

/** Directories below `root`, without it, as paths relative to it. One that is removed meanwhile is left out with what is in it. */
const walk = async (root: string, path: string, depth = 0): Promise<readonly string[]> => {
  const entries = await readdir(root + path, { withFileTypes: true }).catch(() => []);
  const own = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${path}/${name}`);
  if (depth >= MAX_DEPTH) return own;
  const below = await Promise.all(own.map((directory) => walk(root, directory, depth + 1)));
  return [...own, ...below.flat()];
};

/**
 * The cgroups of these sandboxes or containers, wherever they are, by id: for those whose record cannot say it.
 * Directories are relative to the hierarchies' roots. All ids take one walk.
 */
export const findCgroups = async (
  hierarchy: CgroupHierarchy,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  if (ids.length === 0) return new Map();
  const names = new Map(ids.flatMap((id) => [[id, id] as const, [scopeName(id), id] as const]));
  const lists = await Promise.all(cgroupDirectories(hierarchy, '').map((root) => walk(root, '')));
  return new Map(
    lists.flat().flatMap((directory) => {
      const id = names.get(basename(directory));
      return id === undefined ? [] : [[id, directory] as const];
    }),
  );
};

/** The parent of a cgroup as a client writes it: a path, or with systemd a slice. */
export const parentAsWritten = (directory: string, driver: CgroupDriver): string =>
  driver === 'systemd' ? basename(dirname(directory)) : dirname(directory);
