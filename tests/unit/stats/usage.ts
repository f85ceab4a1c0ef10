import type { CgroupUsage } from '../../../src/core/ports/stats.ts';

export const usageOf = ({ cpu = 0n, memory = 0n, processes = 0n, timestamp = 1n }): CgroupUsage => ({
  cpu: { timestamp, usageCoreNanoSeconds: cpu, usageNanoCores: undefined, pressure: undefined },
  memory: {
    timestamp,
    workingSetBytes: memory,
    availableBytes: 1n,
    usageBytes: memory + 1n,
    rssBytes: memory + 2n,
    pageFaults: memory + 3n,
    majorPageFaults: memory + 4n,
    pressure: undefined,
  },
  swap: undefined,
  io: undefined,
  processCount: processes,
});
