import { rmdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf } from '../../core/errors.ts';
import { pidsIn } from './cgroup.ts';
import { directoriesBelow } from './find.ts';
import { type CgroupHierarchy, cgroupDirectories } from './hierarchy.ts';
import { ignoring } from './ignoring.ts';

/** The cgroup's directory in each hierarchy with those that a container has made below it, the deepest first. */
const withNested = (hierarchy: CgroupHierarchy, path: string): readonly (readonly string[])[] =>
  cgroupDirectories(hierarchy, path).map((directory) => {
    const below = directoriesBelow(directory).map((relative) => directory + relative);
    return [directory, ...below].sort().reverse();
  });

const KILL_ROUNDS = 50;
/** Most processes are gone within the first millisecond; the later rounds give the others half a second. */
const pause = (round: number): Promise<void> => delay(Math.min(1 + round, 10));

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    ignoring('ESRCH')(error);
  }
};

/** Kills what is in the cgroup and below until it is empty: a process may fork while it is being killed. Bounded; resolves to whether it is empty. */
export const killCgroup = async (hierarchy: CgroupHierarchy, path: string): Promise<boolean> => {
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    const pids = withNested(hierarchy, path).flat().flatMap(pidsIn);
    if (pids.length === 0) return true;
    new Set(pids).forEach(kill);
    await pause(round);
  }
  return false;
};

/** Removes the cgroup with those below it, which must be empty of processes. */
export const removeCgroup = async (hierarchy: CgroupHierarchy, path: string): Promise<void> => {
  const removeAll = async (directories: readonly string[]): Promise<void> => {
    for (const directory of directories) await removeOne(directory);
  };
  await Promise.all(withNested(hierarchy, path).map(removeAll));
};

/** Busy for a moment after the last process has ended, so it is tried again. */
const removeOne = async (directory: string): Promise<void> => {
  for (let round = 0; ; round += 1) {
    try {
      return await rmdir(directory);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return;
      if (errnoOf(error) !== 'EBUSY' || round >= KILL_ROUNDS) throw error;
      await pause(round);
    }
  }
};

/** Removes the cgroup if nothing is in it: no process, no other cgroup. */
export const removeIfEmpty = async (hierarchy: CgroupHierarchy, path: string): Promise<void> => {
  const remove = (directory: string): Promise<void> => rmdir(directory).catch(ignoring('ENOENT', 'EBUSY', 'ENOTEMPTY'));
  const unified = hierarchy.version === 1 && hierarchy.unified !== undefined ? [hierarchy.unified + path] : [];
  await Promise.all([...cgroupDirectories(hierarchy, path), ...unified].map(remove));
};
