import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bed } from '../../support/bed.ts';
import { command } from '../../support/command.ts';
import type { Node } from './node.ts';

/** sysconf(_SC_CLK_TCK) of Linux on all that Janus runs on. */
const TICKS_PER_SECOND = 100;

/** Of a process with all its threads, in seconds (proc_pid_stat(5)). */
const processorTime = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
};

const megabytes = (pid: number, file: string, key: string): number => {
  try {
    const text = readFileSync(`/proc/${pid}/${file}`, 'utf8');
    return (Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    // It has just ended.
    return 0;
  }
};

const commandLine = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

/** What an engine runs for its pods beside their containers: monitors, by their command line, and whatever is in the cgroups. */
const processesOf = ({ directory, cgroupParent }: Bed, engine: number): readonly number[] => {
  const find = `cat $(find /sys/fs/cgroup -path '*${cgroupParent}/*' -name cgroup.procs)`;
  const inCgroups = command('sh', ['-c', find]).stdout.split('\n').filter(Boolean).map(Number);
  const monitors = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && /^(conmon|\S*containerd-shim)/.test(commandLine(pid)))
    .filter((pid) => commandLine(pid).includes(`${directory}/`));
  return [...new Set([engine, ...inCgroups, ...monitors])];
};

export interface Usage {
  /** Of one processor, in percent. */
  readonly engine: number;
  readonly kubelet: number;
  /** Resident, in megabytes. */
  readonly engineMemory: number;
  readonly kubeletMemory: number;
  /** The engine, its monitors and all that is in the pods, shared pages shared out, in megabytes. */
  readonly allMemory: number;
}

/** What a node takes that has nothing to do. */
export const usageAtRest = async (node: Node, seconds: number): Promise<Usage> => {
  const pids = [node.daemon().pid, node.kubelet().pid] as const;
  const before = pids.map(processorTime);
  const begin = performance.now();
  await delay(seconds * 1000);
  const elapsed = (performance.now() - begin) / 1000;
  const [engine = 0, kubelet = 0] = pids.map((pid, at) => ((processorTime(pid) - (before[at] ?? 0)) / elapsed) * 100);
  const all = processesOf(node.bed, pids[0]).map((pid) => megabytes(pid, 'smaps_rollup', 'Pss'));
  return {
    engine,
    kubelet,
    engineMemory: megabytes(pids[0], 'status', 'VmRSS'),
    kubeletMemory: megabytes(pids[1], 'status', 'VmRSS'),
    allMemory: all.reduce((sum, each) => sum + each, 0),
  };
};
