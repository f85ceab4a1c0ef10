import { readdirSync, readFileSync } from 'node:fs';
import { WORKLOAD } from './cri-pods.ts';

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended
  }
};

/** The command lines of the workload's own processes. */
const workload = [WORKLOAD.join('\0'), 'sleep\x001000000'];

/** Every process of the host but the kernel's threads and the workload of the measurements. */
export const podProcesses = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const line = textOf(`/proc/${pid}/cmdline`).replace(/\0$/, '');
      return line !== '' && !workload.includes(line);
    });

/** Megabytes of memory: pages that several processes share count by their part in each (proc(5), smaps_rollup). */
export const pssOf = (pids: readonly number[]): number => {
  const kilobytes = pids.map((pid) => Number(/^Pss:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0));
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1000;
};
