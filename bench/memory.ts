import { namedBy, textOf } from './processes.ts';
import { isWorkload } from './workload.ts';

/** Every process that is there for the pods of these ids, but the workload of the measurements. */
export const podProcesses = (ids: readonly string[]): readonly number[] =>
  namedBy(ids)
    .filter((each) => !isWorkload(each))
    .map(({ pid }) => pid);

/** Megabytes of memory: pages that several processes share count by their part in each (proc(5), smaps_rollup). */
export const pssOf = (pids: readonly number[]): number => {
  const kilobytes = pids.map((pid) => Number(/^Pss:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0));
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1000;
};
