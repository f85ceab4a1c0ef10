import type { ContainerRecord } from '../../core/model/container.ts';
import type { SandboxRecord } from '../../core/model/sandbox.ts';
import type {
  CgroupUsage,
  ContainerUsage,
  Metric,
  MetricDescriptor,
  Pressure,
  SandboxUsage,
} from '../../core/ports/stats.ts';

/** One value, with the values of the metric's own labels. */
type Point = readonly [value: bigint, ...labels: string[]];

interface Source<T> {
  readonly help: string;
  readonly kind: Metric['kind'];
  /** Beyond the labels that every metric has. */
  readonly labels?: readonly string[];
  readonly points: (usage: T) => readonly Point[];
}

const SECOND = 1_000_000_000n;
const MICROSECONDS = 1_000_000n;

const gauge = <T>(help: string, value: (usage: T) => bigint | undefined): Source<T> => ({
  help,
  kind: 'gauge',
  points: (usage) => one(value(usage)),
});

const one = (value: bigint | undefined): readonly Point[] => (value === undefined ? [] : [[value]]);

const stalls = (
  help: string,
  pressure: (usage: CgroupUsage) => Pressure | undefined,
  kind: keyof Pressure,
): Source<CgroupUsage> => ({
  help,
  kind: 'counter',
  points: (usage) => one(pressure(usage)?.[kind].total).map(([total]) => [total / MICROSECONDS]),
});

const cpu = ({ cpu: { pressure } }: CgroupUsage) => pressure;
const memory = ({ memory: { pressure } }: CgroupUsage) => pressure;
const io = (usage: CgroupUsage) => usage.io?.pressure;

/** Names, labels and units are cAdvisor's; the wire carries whole numbers, so seconds are whole ones. */
const OF_CGROUPS: Readonly<Record<string, Source<CgroupUsage>>> = {
  container_cpu_usage_seconds_total: {
    help: 'Processor time used, in seconds.',
    kind: 'counter',
    labels: ['cpu'],
    points: (usage) => [[usage.cpu.usageCoreNanoSeconds / SECOND, 'total']],
  },
  container_memory_usage_bytes: gauge('Memory in use, file pages included.', (usage) => usage.memory.usageBytes),
  container_memory_working_set_bytes: gauge(
    'Memory in use less inactive file pages.',
    (usage) => usage.memory.workingSetBytes,
  ),
  container_memory_rss: gauge('Anonymous memory, in bytes.', (usage) => usage.memory.rssBytes),
  container_memory_swap: gauge('Swap in use, in bytes.', (usage) => usage.swap?.usageBytes),
  container_memory_failures_total: {
    help: 'Page faults.',
    kind: 'counter',
    labels: ['failure_type', 'scope'],
    points: ({ memory: { pageFaults, majorPageFaults } }) => [
      [pageFaults, 'pgfault', 'hierarchy'],
      [majorPageFaults, 'pgmajfault', 'hierarchy'],
    ],
  },
  container_processes: gauge('Tasks in the cgroup.', (usage) => usage.processCount),
  container_pressure_cpu_waiting_seconds_total: stalls(
    'Time in which some task waited for a processor, in seconds.',
    cpu,
    'some',
  ),
  container_pressure_cpu_stalled_seconds_total: stalls(
    'Time in which every task waited for a processor, in seconds.',
    cpu,
    'full',
  ),
  container_pressure_memory_waiting_seconds_total: stalls(
    'Time in which some task waited for memory, in seconds.',
    memory,
    'some',
  ),
  container_pressure_memory_stalled_seconds_total: stalls(
    'Time in which every task waited for memory, in seconds.',
    memory,
    'full',
  ),
  container_pressure_io_waiting_seconds_total: stalls(
    'Time in which some task waited for input or output, in seconds.',
    io,
    'some',
  ),
  container_pressure_io_stalled_seconds_total: stalls(
    'Time in which every task waited for input or output, in seconds.',
    io,
    'full',
  ),
};

const OF_CONTAINERS: Readonly<Record<string, Source<ContainerUsage>>> = {
  container_fs_usage_bytes: gauge('Bytes that the writable layer takes.', ({ writableLayer }) =>
    writableLayer === undefined ? undefined : BigInt(writableLayer.usedBytes),
  ),
};

const perInterface = (
  help: string,
  figure: (usage: SandboxUsage['interfaces'][number]) => bigint,
): Source<SandboxUsage> => ({
  help,
  kind: 'counter',
  labels: ['interface'],
  points: ({ interfaces }) => interfaces.map((usage) => [figure(usage), usage.name]),
});

const OF_PODS: Readonly<Record<string, Source<SandboxUsage>>> = {
  container_network_receive_bytes_total: perInterface('Bytes received.', ({ rxBytes }) => rxBytes),
  container_network_receive_errors_total: perInterface('Errors while receiving.', ({ rxErrors }) => rxErrors),
  container_network_transmit_bytes_total: perInterface('Bytes sent.', ({ txBytes }) => txBytes),
  container_network_transmit_errors_total: perInterface('Errors while sending.', ({ txErrors }) => txErrors),
};

const LABELS = ['id', 'name', 'image', 'container', 'pod', 'namespace'] as const;

export const metricDescriptors: readonly MetricDescriptor[] = Object.entries({
  ...OF_CGROUPS,
  ...OF_CONTAINERS,
  ...OF_PODS,
}).map(([name, { help, labels = [] }]) => ({ name, help, labelKeys: [...LABELS, ...labels] }));

const read = <T extends CgroupUsage>(
  sources: Readonly<Record<string, Source<T>>>,
  usage: T,
  labels: readonly string[],
): readonly Metric[] =>
  Object.entries(sources).flatMap(([name, { kind, points }]) =>
    points(usage).map(([value, ...own]) => ({
      name,
      timestamp: usage.cpu.timestamp,
      kind,
      labelValues: [...labels, ...own],
      value,
    })),
  );

/** Metrics of a pod as a whole, its network's included. */
export const sandboxMetrics = ({ id, config }: SandboxRecord, usage: SandboxUsage): readonly Metric[] => {
  const { name, namespace } = config.metadata;
  const labels = [id, '', '', '', name, namespace];
  return [...read(OF_CGROUPS, usage, labels), ...read(OF_PODS, usage, labels)];
};

export const containerMetrics = (
  container: ContainerRecord,
  sandbox: SandboxRecord,
  usage: ContainerUsage,
): readonly Metric[] => {
  const { name, namespace } = sandbox.config.metadata;
  const labels = [container.id, container.name, container.imageRef, container.config.metadata.name, name, namespace];
  return [...read(OF_CGROUPS, usage, labels), ...read(OF_CONTAINERS, usage, labels)];
};
