import { field, readNumber, readSmall } from '../stats/small-files.ts';
import type { CgroupDetail, DiskFigure } from './detail.ts';

type FileOf = (controller: string, name: string) => string | undefined;

const LINE = /^(\d+):(\d+) (Read|Write) (\d+)$/gm;

/** Documentation/admin-guide/cgroup-v1/blkio-controller.rst: one line for each device and operation. */
const linesOf = (file: string | undefined): ReadonlyMap<string, bigint> => {
  const lines = [...(readSmall(file) ?? '').matchAll(LINE)];
  return new Map(
    lines.map(([, major = '', minor = '', operation = '', value = '0']) => [
      `${major}:${minor}:${operation.toLowerCase()}`,
      BigInt(value),
    ]),
  );
};

const disksOf = (file: FileOf): readonly DiskFigure[] => {
  const counts = linesOf(file('blkio', 'blkio.throttle.io_serviced_recursive'));
  return [...linesOf(file('blkio', 'blkio.throttle.io_service_bytes_recursive'))].map(([key, bytes]) => {
    const [major = '', minor = '', operation] = key.split(':');
    return { major, minor, operation: operation === 'read' ? 'read' : 'write', bytes, count: counts.get(key) ?? 0n };
  });
};

const memoryOf = (file: FileOf): CgroupDetail['memory'] => {
  const stat = readSmall(file('memory', 'memory.stat')) ?? '';
  const faults = (prefix: string) => ({
    minor: field(stat, `${prefix}pgfault`) ?? 0n,
    major: field(stat, `${prefix}pgmajfault`) ?? 0n,
  });
  return {
    cache: field(stat, 'total_cache'),
    mappedFile: field(stat, 'total_mapped_file'),
    activeFile: field(stat, 'total_active_file'),
    inactiveFile: field(stat, 'total_inactive_file'),
    kernel: readNumber(file('memory', 'memory.kmem.usage_in_bytes')),
    max: readNumber(file('memory', 'memory.max_usage_in_bytes')),
    limitHits: readNumber(file('memory', 'memory.failcnt')),
    oomKills: field(readSmall(file('memory', 'memory.oom_control')) ?? '', 'oom_kill'),
    faults: [
      { scope: 'container', ...faults('') },
      { scope: 'hierarchy', ...faults('total_') },
    ],
  };
};

/** Of a cgroup of version 1; `mounts` by controller. */
export const readDetailV1 = (
  mounts: Readonly<Record<string, string>>,
  { path, pageSizes }: { readonly path: string; readonly pageSizes: readonly string[] },
): CgroupDetail => {
  const file: FileOf = (controller, name) => {
    const mount = mounts[controller];
    return mount === undefined ? undefined : `${mount}${path}/${name}`;
  };
  const stat = readSmall(file('cpu', 'cpu.stat')) ?? '';
  return {
    cpu: {
      user: readNumber(file('cpuacct', 'cpuacct.usage_user')),
      system: readNumber(file('cpuacct', 'cpuacct.usage_sys')),
      periods: field(stat, 'nr_periods'),
      throttledPeriods: field(stat, 'nr_throttled'),
      throttled: field(stat, 'throttled_time'),
    },
    memory: memoryOf(file),
    disks: disksOf(file),
    hugepages: pageSizes.flatMap((pageSize) => {
      const usage = readNumber(file('hugetlb', `hugetlb.${pageSize}.usage_in_bytes`));
      const max = readNumber(file('hugetlb', `hugetlb.${pageSize}.max_usage_in_bytes`));
      return usage === undefined ? [] : [{ pageSize, usage, max }];
    }),
    maxTasks: readNumber(file('pids', 'pids.max')),
  };
};
