import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../../core/errors.ts';
import { type CgroupHierarchy, cgroupDirectories } from './hierarchy.ts';
import { ignoring } from './ignoring.ts';

const CPUSET_FILES = ['cpuset.cpus', 'cpuset.mems'] as const;

/**
 * A new cgroup of version 1 has empty cpusets and takes no process (ENOSPC) until they are filled, from its parent; which may itself have been made a
 * moment ago, for another pod.
 */
const inheritCpuset = async (directory: string, mount: string): Promise<void> => {
  if (directory === mount) return;
  for (const file of CPUSET_FILES) {
    if (readFileSync(`${directory}/${file}`, 'utf8').trim() !== '') continue;
    await inheritCpuset(dirname(directory), mount);
    await writeFile(`${directory}/${file}`, readFileSync(`${dirname(directory)}/${file}`, 'utf8'));
  }
};

const wordsOf = (path: string): readonly string[] =>
  readFileSync(path, 'utf8')
    .split(/\s+/)
    .filter((word) => word !== '');

/**
 * A cgroup of version 2 has the limits and figures of those controllers alone that its parent hands on. Each for itself: the kernel lets
 * none through a cgroup that holds processes but those that can be threaded.
 */
const handOnControllers = async (directory: string): Promise<void> => {
  const handed = wordsOf(`${directory}/cgroup.subtree_control`);
  for (const controller of wordsOf(`${directory}/cgroup.controllers`).filter((name) => !handed.includes(name)))
    await writeFile(`${directory}/cgroup.subtree_control`, `+${controller}`).catch(ignoring('EBUSY', 'EOPNOTSUPP'));
};

/** From the top: what a cgroup is not handed, it cannot hand on. */
const makeUnified = async (root: string, path: string): Promise<void> => {
  const parts = path.split('/').filter((part) => part !== '');
  for (const [index, name] of parts.entries()) {
    const parent = [root, ...parts.slice(0, index)].join('/');
    await mkdir(`${parent}/${name}`).catch(ignoring('EEXIST'));
    await handOnControllers(parent);
  }
};

const makeOne = async (directory: string, mount: string, cpuset: boolean): Promise<void> => {
  if (directory === mount) return;
  try {
    await mkdir(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      await makeOne(dirname(directory), mount, cpuset);
      await mkdir(directory).catch(ignoring('EEXIST'));
    } else if (errnoOf(error) !== 'EEXIST') throw error;
  }
  if (cpuset) await inheritCpuset(directory, mount);
};

/** Makes the cgroup with its parents in every hierarchy. There already: no error. */
export const makeCgroup = async (hierarchy: CgroupHierarchy, path: string): Promise<void> => {
  if (hierarchy.version === 2) return makeUnified(hierarchy.root, path);
  const cpuset = hierarchy.mounts['cpuset'];
  const mounts = [...new Set(Object.values(hierarchy.mounts))];
  await Promise.all(mounts.map((mount) => makeOne(mount + path, mount, mount === cpuset)));
};

/** Moves a process into the cgroup, in every hierarchy. */
export const joinCgroup = async (hierarchy: CgroupHierarchy, path: string, pid: number): Promise<void> => {
  // One after the other: the kernel does no two at once, and each that waits holds one of Node's few threads.
  for (const directory of cgroupDirectories(hierarchy, path)) await writeFile(`${directory}/cgroup.procs`, String(pid));
};

/** Processes of one directory. None when it is gone. */
export const pidsIn = (directory: string): readonly number[] => {
  try {
    const lines = readFileSync(`${directory}/cgroup.procs`, 'utf8').split('\n');
    // A process of a PID namespace that we are not in is listed as 0, which kill(2) takes for our own process group.
    return lines.map(Number).filter((pid) => pid > 0);
  } catch (error) {
    ignoring('ENOENT', 'ENODEV')(error);
    return [];
  }
};

/** Processes of the cgroup itself. None when it is gone. */
export const cgroupPids = (hierarchy: CgroupHierarchy, path: string): readonly number[] => [
  ...new Set(cgroupDirectories(hierarchy, path).flatMap(pidsIn)),
];
