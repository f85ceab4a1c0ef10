import { field, readNumber, readSmall } from '../stats/small-files.ts';
import type { CgroupDetail, DiskFigure } from './detail.ts';

const LINE = /^(\d+):(\d+) rbytes=(\d+) wbytes=(\d+) rios=(\d+) wios=(\d+)/gm;

const disksOf = (stat: string): readonly DiskFigure[] =>
  [...stat.matchAll(LINE)].flatMap(([, major = '', minor = '', ...figures]) => {
    const [readBytes = 0n, writtenBytes = 0n, reads = 0n, writes = 0n] = figures.map(BigInt);
    return [
      { major, minor, operation: 'read', bytes: readBytes, count: reads } as const,
      { major, minor, operation: 'write', bytes: writtenBytes, count: writes } as const,
    ];
  });

const memoryOf = (directory: string): CgroupDetail['memory'] => {
  const stat = readSmall(`${directory}/memory.stat`) ?? '';
  const events = readSmall(`${directory}/memory.events`) ?? '';
  const faults = { minor: field(stat, 'pgfault') ?? 0n, major: field(stat, 'pgmajfault') ?? 0n };
  return {
    cache: field(stat, 'file'),
    mappedFile: field(stat, 'file_mapped'),
    activeFile: field(stat, 'active_file'),
    inactiveFile: field(stat, 'inactive_file'),
    kernel: field(stat, 'kernel'),
    max: readNumber(`${directory}/memory.peak`),
    limitHits: field(events, 'max'),
    oomKills: field(events, 'oom_kill'),
    faults: [
      { scope: 'container', ...faults },
      { scope: 'hierarchy', ...faults },
    ],
  };
};

const microseconds = (time: bigint | undefined): bigint | undefined => (time === undefined ? undefined : time * 1000n);

/** Of a cgroup of version 2 (Documentation/admin-guide/cgroup-v2.rst), with all cgroups below it. */
export const readDetailV2 = (
  root: string,
  { path, pageSizes }: { readonly path: string; readonly pageSizes: readonly string[] },
): CgroupDetail => {
  const directory = root + path;
  const stat = readSmall(`${directory}/cpu.stat`) ?? '';
  return {
    cpu: {
      user: microseconds(field(stat, 'user_usec')),
      system: microseconds(field(stat, 'system_usec')),
      periods: field(stat, 'nr_periods'),
      throttledPeriods: field(stat, 'nr_throttled'),
      throttled: microseconds(field(stat, 'throttled_usec')),
    },
    memory: memoryOf(directory),
    disks: disksOf(readSmall(`${directory}/io.stat`) ?? ''),
    hugepages: pageSizes.flatMap((pageSize) => {
      const usage = readNumber(`${directory}/hugetlb.${pageSize}.current`);
      return usage === undefined ? [] : [{ pageSize, usage, max: undefined }];
    }),
    maxTasks: readNumber(`${directory}/pids.max`),
  };
};
