import type { CgroupUsage, MemoryUsage, SwapUsage } from '../../core/ports/stats.ts';
import { readPressure } from './pressure.ts';
import { field, floor, readNumber, readSmall } from './small-files.ts';

/** All zero where the memory controller is not switched on for the cgroup. */
const memoryOf = (directory: string, timestamp: bigint): MemoryUsage => {
  const stat = readSmall(`${directory}/memory.stat`) ?? '';
  const usageBytes = readNumber(`${directory}/memory.current`) ?? 0n;
  const workingSetBytes = floor(usageBytes - (field(stat, 'inactive_file') ?? 0n));
  const limit = readNumber(`${directory}/memory.max`);
  return {
    timestamp,
    usageBytes,
    workingSetBytes,
    availableBytes: limit === undefined ? undefined : floor(limit - workingSetBytes),
    rssBytes: field(stat, 'anon') ?? 0n,
    pageFaults: field(stat, 'pgfault') ?? 0n,
    majorPageFaults: field(stat, 'pgmajfault') ?? 0n,
    pressure: readPressure(`${directory}/memory.pressure`),
  };
};

const swapOf = (directory: string, timestamp: bigint): SwapUsage | undefined => {
  const usageBytes = readNumber(`${directory}/memory.swap.current`);
  if (usageBytes === undefined) return undefined;
  const limit = readNumber(`${directory}/memory.swap.max`);
  return { timestamp, usageBytes, availableBytes: limit === undefined ? undefined : floor(limit - usageBytes) };
};

/** Figures of a cgroup of version 2 (Documentation/admin-guide/cgroup-v2.rst), with all cgroups below it. Undefined: it is gone. */
export const readV2 = (root: string, path: string, timestamp: bigint): CgroupUsage | undefined => {
  const directory = root + path;
  const cpu = readSmall(`${directory}/cpu.stat`);
  if (cpu === undefined) return undefined;
  const io = readPressure(`${directory}/io.pressure`);
  return {
    cpu: {
      timestamp,
      usageCoreNanoSeconds: (field(cpu, 'usage_usec') ?? 0n) * 1000n,
      usageNanoCores: undefined,
      pressure: readPressure(`${directory}/cpu.pressure`),
    },
    memory: memoryOf(directory, timestamp),
    swap: swapOf(directory, timestamp),
    io: io === undefined ? undefined : { timestamp, pressure: io },
    processCount: readNumber(`${directory}/pids.current`) ?? 0n,
  };
};
