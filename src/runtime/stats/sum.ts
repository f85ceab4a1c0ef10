import type { CgroupUsage, CpuUsage, MemoryUsage, SwapUsage } from '../../core/ports/stats.ts';

const total = <T>(parts: readonly T[], figure: (part: T) => bigint): bigint =>
  parts.reduce((sum, part) => sum + figure(part), 0n);

const cpuOf = (parts: readonly CpuUsage[], timestamp: bigint): CpuUsage => ({
  timestamp,
  usageCoreNanoSeconds: total(parts, (part) => part.usageCoreNanoSeconds),
  usageNanoCores: undefined,
  pressure: undefined,
});

const memoryOf = (parts: readonly MemoryUsage[], timestamp: bigint): MemoryUsage => ({
  timestamp,
  workingSetBytes: total(parts, (part) => part.workingSetBytes),
  availableBytes: undefined,
  usageBytes: total(parts, (part) => part.usageBytes),
  rssBytes: total(parts, (part) => part.rssBytes),
  pageFaults: total(parts, (part) => part.pageFaults),
  majorPageFaults: total(parts, (part) => part.majorPageFaults),
  pressure: undefined,
});

const swapOf = (parts: readonly SwapUsage[], timestamp: bigint): SwapUsage | undefined =>
  parts.length === 0
    ? undefined
    : { timestamp, usageBytes: total(parts, (part) => part.usageBytes), availableBytes: undefined };

/** Several cgroups as one. What does not add up (limits, pressure, rates) is left out. Undefined: there is none. */
export const sumOf = (parts: readonly CgroupUsage[]): CgroupUsage | undefined => {
  const timestamp = parts[0]?.cpu.timestamp;
  if (timestamp === undefined) return undefined;
  return {
    cpu: cpuOf(
      parts.map(({ cpu }) => cpu),
      timestamp,
    ),
    memory: memoryOf(
      parts.map(({ memory }) => memory),
      timestamp,
    ),
    swap: swapOf(
      parts.flatMap(({ swap }) => swap ?? []),
      timestamp,
    ),
    io: undefined,
    processCount: total(parts, ({ processCount }) => processCount),
  };
};
