import { expect, test } from 'vitest';
import type { Metric } from '../../../src/core/ports/metrics.ts';
import type { CgroupDetail } from '../../../src/runtime/metrics/detail.ts';
import { readDetailV1 } from '../../../src/runtime/metrics/detail-v1.ts';
import { readDetailV2 } from '../../../src/runtime/metrics/detail-v2.ts';
import { OF_DETAIL } from '../../../src/runtime/metrics/of-detail.ts';
import { read } from '../../../src/runtime/metrics/source.ts';
import { useFiles } from '../stats/cgroup-files.ts';

const files = useFiles();

const of = { path: '/pod/c', pageSizes: ['2MB'] };
const NO_LABELS = { id: '', name: '', image: '', container: '', pod: '', namespace: '' };

/** Values by name and own labels; no machine has a device of the number 999:1. */
const values = (detail: CgroupDetail): Record<string, bigint> => {
  const metrics: readonly Metric[] = read(OF_DETAIL, detail, { labels: NO_LABELS, timestamp: 5n });
  return Object.fromEntries(
    metrics.map(({ name, labelValues, value }) => [[name, ...labelValues.slice(6)].join(' '), value]),
  );
};

const expected = {
  container_cpu_user_seconds_total: 4n,
  container_cpu_system_seconds_total: 3n,
  container_cpu_cfs_periods_total: 10n,
  container_cpu_cfs_throttled_periods_total: 4n,
  container_cpu_cfs_throttled_seconds_total: 2n,
  container_memory_cache: 21n,
  container_memory_mapped_file: 22n,
  container_memory_total_active_file_bytes: 23n,
  container_memory_total_inactive_file_bytes: 24n,
  container_memory_kernel_usage: 25n,
  container_memory_max_usage_bytes: 26n,
  container_memory_failcnt: 27n,
  'container_memory_failures_total pgfault hierarchy': 31n,
  'container_memory_failures_total pgmajfault hierarchy': 32n,
  container_oom_events_total: 28n,
  'container_fs_reads_bytes_total 999:1': 4096n,
  'container_fs_reads_total 999:1': 2n,
  'container_fs_writes_bytes_total 999:1': 8192n,
  'container_fs_writes_total 999:1': 3n,
  'container_blkio_device_usage_total 999:1 999 1 read': 4096n,
  'container_blkio_device_usage_total 999:1 999 1 write': 8192n,
  'container_hugetlb_usage_bytes 2MB': 2097152n,
};

test('what version 1 says of a cgroup', () => {
  const bytes = '999:1 Read 4096\n999:1 Write 8192\n999:1 Sync 1\n999:1 Total 12288\nTotal 12288\n';
  files.write({
    'cpu/pod/c/cpu.stat': 'nr_periods 10\nnr_throttled 4\nthrottled_time 2000000001\n',
    'cpu/pod/c/cpuacct.usage_user': '4000000001\n',
    'cpu/pod/c/cpuacct.usage_sys': '3000000001\n',
    'memory/pod/c/memory.stat':
      'cache 1\npgfault 29\npgmajfault 30\ntotal_cache 21\ntotal_mapped_file 22\ntotal_pgfault 31\ntotal_pgmajfault 32\ntotal_inactive_file 24\ntotal_active_file 23\n',
    'memory/pod/c/memory.kmem.usage_in_bytes': '25\n',
    'memory/pod/c/memory.max_usage_in_bytes': '26\n',
    'memory/pod/c/memory.failcnt': '27\n',
    'memory/pod/c/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 28\n',
    'blkio/pod/c/blkio.throttle.io_service_bytes_recursive': bytes,
    'blkio/pod/c/blkio.throttle.io_serviced_recursive': '999:1 Read 2\n999:1 Write 3\nTotal 5\n',
    'hugetlb/pod/c/hugetlb.2MB.usage_in_bytes': '2097152\n',
    'hugetlb/pod/c/hugetlb.2MB.max_usage_in_bytes': '4194304\n',
    'pids/pod/c/pids.max': '100\n',
  });
  const mounts = Object.fromEntries(
    ['cpu', 'memory', 'blkio', 'hugetlb', 'pids'].map((name) => [name, `${files.root()}/${name}`]),
  );
  expect(values(readDetailV1({ ...mounts, cpuacct: `${files.root()}/cpu` }, of))).toEqual({
    ...expected,
    'container_memory_failures_total pgfault container': 29n,
    'container_memory_failures_total pgmajfault container': 30n,
    'container_hugetlb_max_usage_bytes 2MB': 4194304n,
    container_threads_max: 100n,
  });
});

test('what version 2 says of a cgroup', () => {
  files.write({
    'pod/c/cpu.stat':
      'usage_usec 9\nuser_usec 4000001\nsystem_usec 3000001\nnr_periods 10\nnr_throttled 4\nthrottled_usec 2000001\n',
    'pod/c/memory.stat':
      'anon 1\nfile 21\nkernel 25\nfile_mapped 22\ninactive_file 24\nactive_file 23\npgfault 31\npgmajfault 32\n',
    'pod/c/memory.peak': '26\n',
    'pod/c/memory.events': 'low 0\nhigh 0\nmax 27\noom 1\noom_kill 28\n',
    'pod/c/io.stat': '999:1 rbytes=4096 wbytes=8192 rios=2 wios=3 dbytes=0 dios=0\n',
    'pod/c/hugetlb.2MB.current': '2097152\n',
    'pod/c/pids.max': 'max\n',
  });
  expect(values(readDetailV2(files.root(), of))).toEqual({
    ...expected,
    'container_memory_failures_total pgfault container': 31n,
    'container_memory_failures_total pgmajfault container': 32n,
    container_threads_max: 0n,
  });
});

test('what the kernel does not say is left out', () => {
  const none = { container_threads_max: 0n };
  const faults = Object.fromEntries(
    ['pgfault', 'pgmajfault'].flatMap((type) =>
      ['container', 'hierarchy'].map((scope) => [`container_memory_failures_total ${type} ${scope}`, 0n]),
    ),
  );
  expect(values(readDetailV1({}, of))).toEqual({ ...none, ...faults });
  expect(values(readDetailV2(`${files.root()}/nothing`, of))).toEqual({ ...none, ...faults });
});
