import { type CgroupDetail, type DiskFigure, deviceName } from './detail.ts';
import { counter, gauge, NANOSECONDS, type Point, type Source, type Sources, seconds } from './source.ts';

const ofDisks = (
  help: string,
  operation: DiskFigure['operation'],
  figure: (disk: DiskFigure) => bigint,
): Source<CgroupDetail> => ({
  help,
  kind: 'counter',
  labels: ['device'],
  points: ({ disks }) =>
    disks
      .filter((disk) => disk.operation === operation)
      .map((disk): Point => [figure(disk), deviceName(disk.major, disk.minor)]),
});

const bytes = (disk: DiskFigure): bigint => disk.bytes;
const count = (disk: DiskFigure): bigint => disk.count;

const OF_PROCESSORS: Sources<CgroupDetail> = {
  container_cpu_user_seconds_total: counter('Processor time in programs, in seconds.', ({ cpu }) =>
    seconds(cpu.user, NANOSECONDS),
  ),
  container_cpu_system_seconds_total: counter('Processor time in the kernel, in seconds.', ({ cpu }) =>
    seconds(cpu.system, NANOSECONDS),
  ),
  container_cpu_cfs_periods_total: counter('Periods in which a quota was in force.', ({ cpu }) => cpu.periods),
  container_cpu_cfs_throttled_periods_total: counter(
    'Periods in which the quota was used up.',
    ({ cpu }) => cpu.throttledPeriods,
  ),
  container_cpu_cfs_throttled_seconds_total: counter('Time spent waiting for a new quota, in seconds.', ({ cpu }) =>
    seconds(cpu.throttled, NANOSECONDS),
  ),
};

const OF_MEMORY: Sources<CgroupDetail> = {
  container_memory_cache: gauge('File pages in memory, in bytes.', ({ memory }) => memory.cache),
  container_memory_mapped_file: gauge('Mapped file pages, in bytes.', ({ memory }) => memory.mappedFile),
  container_memory_total_active_file_bytes: gauge('Active file pages, in bytes.', ({ memory }) => memory.activeFile),
  container_memory_total_inactive_file_bytes: gauge(
    'Inactive file pages, in bytes.',
    ({ memory }) => memory.inactiveFile,
  ),
  container_memory_kernel_usage: gauge('Memory that the kernel took, in bytes.', ({ memory }) => memory.kernel),
  container_memory_max_usage_bytes: gauge('Most memory that was in use, in bytes.', ({ memory }) => memory.max),
  container_memory_failcnt: counter('Times that the limit was reached.', ({ memory }) => memory.limitHits),
  container_memory_failures_total: {
    help: 'Page faults.',
    kind: 'counter',
    labels: ['failure_type', 'scope'],
    points: ({ memory }) =>
      memory.faults.flatMap(({ scope, minor, major }): readonly Point[] => [
        [minor, 'pgfault', scope],
        [major, 'pgmajfault', scope],
      ]),
  },
  container_oom_events_total: counter('Processes killed for memory.', ({ memory }) => memory.oomKills),
};

const OF_OTHERS: Sources<CgroupDetail> = {
  container_fs_reads_bytes_total: ofDisks('Bytes read from the device.', 'read', bytes),
  container_fs_reads_total: ofDisks('Reads from the device.', 'read', count),
  container_fs_writes_bytes_total: ofDisks('Bytes written to the device.', 'write', bytes),
  container_fs_writes_total: ofDisks('Writes to the device.', 'write', count),
  container_blkio_device_usage_total: {
    help: 'Bytes moved from and to the device.',
    kind: 'counter',
    labels: ['device', 'major', 'minor', 'operation'],
    points: ({ disks }) =>
      disks.map(
        ({ major, minor, operation, bytes: moved }): Point => [
          moved,
          ...[deviceName(major, minor), major, minor, operation],
        ],
      ),
  },
  container_hugetlb_usage_bytes: {
    help: 'Huge pages in use, in bytes.',
    kind: 'gauge',
    labels: ['pagesize'],
    points: ({ hugepages }) => hugepages.map(({ usage, pageSize }): Point => [usage, pageSize]),
  },
  container_hugetlb_max_usage_bytes: {
    help: 'Most huge pages that were in use, in bytes.',
    kind: 'gauge',
    labels: ['pagesize'],
    points: ({ hugepages }) =>
      hugepages.flatMap(({ max, pageSize }): readonly Point[] => (max === undefined ? [] : [[max, pageSize]])),
  },
  container_threads_max: gauge('Most tasks that may be; 0 is no limit.', ({ maxTasks }) => maxTasks ?? 0n),
};

/** What the kernel says of a cgroup beyond the statistics of CRI. */
export const OF_DETAIL: Sources<CgroupDetail> = { ...OF_PROCESSORS, ...OF_MEMORY, ...OF_OTHERS };
