import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';

type Figure = bigint | undefined;

/** What the kernel says of a cgroup beyond the statistics of CRI. Undefined: it does not. Times in nanoseconds. */
export interface CgroupDetail {
  readonly cpu: {
    readonly user: Figure;
    readonly system: Figure;
    readonly periods: Figure;
    readonly throttledPeriods: Figure;
    readonly throttled: Figure;
  };
  readonly memory: {
    readonly cache: Figure;
    readonly mappedFile: Figure;
    readonly activeFile: Figure;
    readonly inactiveFile: Figure;
    readonly kernel: Figure;
    readonly max: Figure;
    readonly limitHits: Figure;
    readonly oomKills: Figure;
    /** Page faults of the cgroup's own tasks, and of those below it too. */
    readonly faults: readonly PageFaults[];
  };
  readonly disks: readonly DiskFigure[];
  readonly hugepages: readonly HugepageFigure[];
  /** Undefined: as many as there is room for. */
  readonly maxTasks: Figure;
}

export interface PageFaults {
  readonly scope: 'container' | 'hierarchy';
  readonly minor: bigint;
  readonly major: bigint;
}

export interface DiskFigure {
  readonly major: string;
  readonly minor: string;
  readonly operation: 'read' | 'write';
  readonly bytes: bigint;
  readonly count: bigint;
}

export interface HugepageFigure {
  /** As the kernel names it: `2MB`. */
  readonly pageSize: string;
  readonly usage: bigint;
  readonly max: Figure;
}

/** `/dev/sda`; the numbers for a device that the kernel does not name. */
export const deviceName = (major: string, minor: string): string => {
  const numbers = `${major}:${minor}`;
  try {
    return `/dev/${basename(readlinkSync(`/sys/dev/block/${numbers}`))}`;
  } catch {
    return numbers;
  }
};
