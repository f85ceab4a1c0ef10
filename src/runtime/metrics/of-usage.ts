import type { CgroupUsage, Pressure } from '../../core/ports/stats.ts';
import { counter, gauge, MICROSECONDS, NANOSECONDS, type Source, type Sources, seconds } from './source.ts';

const stalls = (
  what: string,
  pressure: (usage: CgroupUsage) => Pressure | undefined,
): Readonly<Record<'waiting' | 'stalled', Source<CgroupUsage>>> => ({
  waiting: counter(`Time in which some task waited for ${what}, in seconds.`, (usage) =>
    seconds(pressure(usage)?.some.total, MICROSECONDS),
  ),
  stalled: counter(`Time in which every task waited for ${what}, in seconds.`, (usage) =>
    seconds(pressure(usage)?.full.total, MICROSECONDS),
  ),
});

const cpu = stalls('a processor', (usage) => usage.cpu.pressure);
const memory = stalls('memory', (usage) => usage.memory.pressure);
const io = stalls('input or output', (usage) => usage.io?.pressure);

/** What the statistics of a pod or container say. */
export const OF_USAGE: Sources<CgroupUsage> = {
  container_last_seen: gauge('When it was read, in seconds since the epoch.', (usage) =>
    seconds(usage.cpu.timestamp, NANOSECONDS),
  ),
  container_cpu_usage_seconds_total: {
    help: 'Processor time used, in seconds.',
    kind: 'counter',
    labels: ['cpu'],
    points: (usage) => [[usage.cpu.usageCoreNanoSeconds / NANOSECONDS, 'total']],
  },
  container_memory_usage_bytes: gauge('Memory in use, file pages included.', (usage) => usage.memory.usageBytes),
  container_memory_working_set_bytes: gauge(
    'Memory in use less inactive file pages.',
    (usage) => usage.memory.workingSetBytes,
  ),
  container_memory_rss: gauge('Anonymous memory, in bytes.', (usage) => usage.memory.rssBytes),
  container_memory_swap: gauge('Swap in use, in bytes.', (usage) => usage.swap?.usageBytes),
  container_threads: gauge('Tasks in the cgroup and below it.', (usage) => usage.processCount),
  container_pressure_cpu_waiting_seconds_total: cpu.waiting,
  container_pressure_cpu_stalled_seconds_total: cpu.stalled,
  container_pressure_memory_waiting_seconds_total: memory.waiting,
  container_pressure_memory_stalled_seconds_total: memory.stalled,
  container_pressure_io_waiting_seconds_total: io.waiting,
  container_pressure_io_stalled_seconds_total: io.stalled,
};
