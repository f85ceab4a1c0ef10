import { readdir, readFile, readlink } from 'node:fs/promises';
import type { ProcessIdentity } from '../../core/model/sandbox.ts';
import type { ProcessFigures } from './of-containers.ts';

/** proc(5), /proc/pid/limits. */
const MAX_OPEN_FILES = /^Max open files +(\d+|unlimited)/m;

/** Beyond any process that means well; the rest is counted as files. */
const MAX_LOOKED_AT = 4096;

/** A process that has ended meanwhile has none. */
const descriptorsOf = async (pid: number): Promise<readonly string[]> => {
  const directory = `/proc/${pid}/fd`;
  const numbers = await readdir(directory).catch(() => []);
  return Promise.all(
    numbers.map((number, index) =>
      index < MAX_LOOKED_AT ? readlink(`${directory}/${number}`).catch(() => '') : Promise.resolve(''),
    ),
  );
};

const maxOpenFilesOf = async ({ pid }: ProcessIdentity): Promise<bigint | undefined> => {
  const limits = await readFile(`/proc/${pid}/limits`, 'utf8').catch(() => '');
  const limit = MAX_OPEN_FILES.exec(limits)?.[1];
  if (limit === undefined) return undefined;
  // The wire has no sign: the largest number stands for it, as in cAdvisor's -1.
  return limit === 'unlimited' ? 2n ** 64n - 1n : BigInt(limit);
};

export const readProcesses = async (
  pids: readonly number[],
  main: ProcessIdentity | undefined,
): Promise<ProcessFigures> => {
  const descriptors = (await Promise.all(pids.map(descriptorsOf))).flat();
  return {
    processes: BigInt(pids.length),
    descriptors: BigInt(descriptors.length),
    sockets: BigInt(descriptors.filter((target) => target.startsWith('socket:')).length),
    maxOpenFiles: main === undefined ? undefined : await maxOpenFilesOf(main),
  };
};
