import type { CgroupUsage, MemoryUsage, SwapUsage } from '../../core/ports/stats.ts';
import { field, floor, readNumber, readSmall } from './small-files.ts';

/** Limits are rounded down to pages; from here on they mean "none" (PAGE_COUNTER_MAX, for pages of 64 KiB too). */
const UNLIMITED = 1n << 62n;

const limited = (limit: bigint | undefined): bigint | undefined =>
  limit === undefined || limit >= UNLIMITED ? undefined : limit;

/** Path of a controller's file in the cgroup; undefined: the controller is not mounted. */
type FileOf = (controller: string, name: string) => string | undefined;

const memoryOf = (file: FileOf, stat: string, timestamp: bigint): MemoryUsage => {
  const usageBytes = readNumber(file('memory', 'memory.usage_in_bytes')) ?? 0n;
  const workingSetBytes = floor(usageBytes - (field(stat, 'total_inactive_file') ?? 0n));
  const limit = limited(readNumber(file('memory', 'memory.limit_in_bytes')));
  return {
    timestamp,
    usageBytes,
    workingSetBytes,
    availableBytes: limit === undefined ? undefined : floor(limit - workingSetBytes),
    rssBytes: field(stat, 'total_rss') ?? 0n,
    pageFaults: field(stat, 'total_pgfault') ?? 0n,
    majorPageFaults: field(stat, 'total_pgmajfault') ?? 0n,
    pressure: undefined,
  };
};

/** The limit is on memory and swap together: what it leaves beyond the memory's own limit is for swap alone. */
const swapOf = (stat: string, timestamp: bigint): SwapUsage | undefined => {
  const usageBytes = field(stat, 'total_swap');
  if (usageBytes === undefined) return undefined;
  const memory = limited(field(stat, 'hierarchical_memory_limit'));
  const both = limited(field(stat, 'hierarchical_memsw_limit'));
  const availableBytes = memory === undefined || both === undefined ? undefined : floor(both - memory - usageBytes);
  return { timestamp, usageBytes, availableBytes };
};

/**
 * Figures of a cgroup of version 1 (Documentation/admin-guide/cgroup-v1), with all cgroups below it. `mounts`: by controller.
 * Undefined: it is gone. The kernel keeps no pressure for it.
 */
export const readV1 = (
  mounts: Readonly<Record<string, string>>,
  path: string,
  timestamp: bigint,
): CgroupUsage | undefined => {
  const file: FileOf = (controller, name) => {
    const mount = mounts[controller];
    return mount === undefined ? undefined : `${mount}${path}/${name}`;
  };
  const cpu = readNumber(file('cpuacct', 'cpuacct.usage'));
  const stat = readSmall(file('memory', 'memory.stat'));
  if (cpu === undefined && stat === undefined) return undefined;
  return {
    cpu: { timestamp, usageCoreNanoSeconds: cpu ?? 0n, usageNanoCores: undefined, pressure: undefined },
    memory: memoryOf(file, stat ?? '', timestamp),
    swap: swapOf(stat ?? '', timestamp),
    io: undefined,
    processCount: readNumber(file('pids', 'pids.current')) ?? 0n,
  };
};
