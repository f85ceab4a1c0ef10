import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf } from '../../core/errors.ts';
import { type CgroupHierarchy, cgroupDirectories } from './hierarchy.ts';

const CPUSET_FILES = ['cpuset.cpus', 'cpuset.mems'] as const;

/**
 * A new cgroup of version 1 has empty cpusets and takes no process (ENOSPC) until they are filled, from its parent; which may itself have been made a
 * moment ago, for another pod.
 */
const inheritCpuset = async (directory: string, mount: string): Promise<void> => {
  if (directory === mount) return;
  for (const file of CPUSET_FILES) {
    const own = await readFile(`${directory}/${file}`, 'utf8');
    if (own.trim() !== '') continue;
    await inheritCpuset(dirname(directory), mount);
    await writeFile(`${directory}/${file}`, await readFile(`${dirname(directory)}/${file}`, 'utf8'));
  }
};

const wordsOf = async (path: string): Promise<readonly string[]> =>
  (await readFile(path, 'utf8')).split(/\s+/).filter((word) => word !== '');

/**
 * A cgroup of version 2 has the limits and figures of those controllers alone that its parent hands on. Each for itself: the kernel lets
 * none through a cgroup that holds processes but those that can be threaded.
 */
const handOnControllers = async (directory: string): Promise<void> => {
  const [all, handed] = await Promise.all(
    ['cgroup.controllers', 'cgroup.subtree_control'].map((file) => wordsOf(`${directory}/${file}`)),
  );
  for (const controller of all?.filter((name) => handed?.includes(name) !== true) ?? [])
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

const ignoring =
  (...codes: readonly string[]) =>
  (error: unknown): void => {
    if (!codes.includes(errnoOf(error) ?? '')) throw error;
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
  await Promise.all(
    cgroupDirectories(hierarchy, path).map((directory) => writeFile(`${directory}/cgroup.procs`, String(pid))),
  );
};

const pidsIn = async (directory: string): Promise<readonly number[]> => {
  try {
    const lines = (await readFile(`${directory}/cgroup.procs`, 'utf8')).split('\n');
    // A process of a PID namespace that we are not in is listed as 0, which kill(2) takes for our own process group.
    return lines.map(Number).filter((pid) => pid > 0);
  } catch (error) {
    ignoring('ENOENT', 'ENODEV')(error);
    return [];
  }
};

/** Processes of the cgroup itself. None when it is gone. */
export const cgroupPids = async (hierarchy: CgroupHierarchy, path: string): Promise<readonly number[]> => {
  const lists = await Promise.all(cgroupDirectories(hierarchy, path).map(pidsIn));
  return [...new Set(lists.flat())];
};

const KILL_ROUNDS = 50;
const KILL_PAUSE_MS = 10;

/** Kills what is in the cgroup until it is empty: a process may fork while it is being killed. Bounded; resolves to whether it is empty. */
export const killCgroup = async (hierarchy: CgroupHierarchy, path: string): Promise<boolean> => {
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    const pids = await cgroupPids(hierarchy, path);
    if (pids.length === 0) return true;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        ignoring('ESRCH')(error);
      }
    }
    await delay(KILL_PAUSE_MS);
  }
  return false;
};

/** Removes the cgroup, which must be empty of processes; busy for a moment after the last one ended, so it is tried again. */
export const removeCgroup = async (hierarchy: CgroupHierarchy, path: string): Promise<void> => {
  await Promise.all(cgroupDirectories(hierarchy, path).map(removeOne));
};

const removeOne = async (directory: string): Promise<void> => {
  for (let round = 0; ; round += 1) {
    try {
      return await rmdir(directory);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return;
      if (errnoOf(error) !== 'EBUSY' || round >= KILL_ROUNDS) throw error;
      await delay(KILL_PAUSE_MS);
    }
  }
};

/** Removes the cgroup if nothing is in it: no process, no other cgroup. */
export const removeIfEmpty = async (hierarchy: CgroupHierarchy, path: string): Promise<void> => {
  const remove = (directory: string): Promise<void> => rmdir(directory).catch(ignoring('ENOENT', 'EBUSY', 'ENOTEMPTY'));
  const unified = hierarchy.version === 1 && hierarchy.unified !== undefined ? [hierarchy.unified + path] : [];
  await Promise.all([...cgroupDirectories(hierarchy, path), ...unified].map(remove));
};
