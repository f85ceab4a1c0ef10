import { expect, test } from 'vitest';
import type { Metric } from '../../../src/core/ports/metrics.ts';
import type { Pressure } from '../../../src/core/ports/stats.ts';
import { OF_LAYER, OF_RECORD } from '../../../src/runtime/metrics/of-containers.ts';
import { OF_NETWORK } from '../../../src/runtime/metrics/of-network.ts';
import { OF_USAGE } from '../../../src/runtime/metrics/of-usage.ts';
import { readProcesses } from '../../../src/runtime/metrics/processes.ts';
import { descriptors, read } from '../../../src/runtime/metrics/source.ts';
import { container } from '../adapters/samples.ts';
import { usageOf } from '../stats/usage.ts';

const labels = { id: 'i', name: 'n', image: 'm', container: 'c', pod: 'p', namespace: 'd' };
const to = { labels, timestamp: 5n };

const values = (metrics: readonly Metric[]): Record<string, bigint> =>
  Object.fromEntries(metrics.map(({ name, labelValues, value }) => [[name, ...labelValues.slice(6)].join(' '), value]));

const plain = usageOf({ cpu: 7_900_000_000n, memory: 10n, processes: 3n, timestamp: 5_000_000_000n });
const pressure: Pressure = {
  some: { total: 9_500_000n, avg10: 0, avg60: 0, avg300: 0 },
  full: { total: 2_000_000n, avg10: 0, avg60: 0, avg300: 0 },
};
const always = {
  'container_cpu_usage_seconds_total total': 7n,
  container_last_seen: 5n,
  container_memory_usage_bytes: 11n,
  container_memory_working_set_bytes: 10n,
  container_memory_rss: 12n,
  container_threads: 3n,
};

test('statistics, and what the kernel does not say is left out', () => {
  expect(values(read(OF_USAGE, plain, to))).toEqual(always);
  const full = {
    ...plain,
    cpu: { ...plain.cpu, pressure },
    swap: { timestamp: 5n, usageBytes: 77n, availableBytes: undefined },
    io: { timestamp: 5n, pressure },
  };
  expect(values(read(OF_USAGE, full, to))).toEqual({
    ...always,
    container_memory_swap: 77n,
    container_pressure_cpu_waiting_seconds_total: 9n,
    container_pressure_cpu_stalled_seconds_total: 2n,
    container_pressure_io_waiting_seconds_total: 9n,
    container_pressure_io_stalled_seconds_total: 2n,
  });
});

test('labels stand in the order of the descriptor', () => {
  const descriptor = descriptors(OF_USAGE).find(({ name }) => name === 'container_cpu_usage_seconds_total');
  expect(descriptor?.labelKeys).toEqual(['id', 'name', 'image', 'container', 'pod', 'namespace', 'cpu']);
  const metric = read(OF_USAGE, plain, to).find(({ name }) => name === descriptor?.name);
  expect(metric).toEqual({
    ...{ name: 'container_cpu_usage_seconds_total', timestamp: 5n, kind: 'counter', value: 7n },
    labelValues: ['i', 'n', 'm', 'c', 'p', 'd', 'total'],
  });
});

test('a network by interface', () => {
  const eth0 = {
    name: 'eth0',
    ...{ rxBytes: 1n, rxPackets: 2n, rxErrors: 3n, rxDropped: 4n },
    ...{ txBytes: 5n, txPackets: 6n, txErrors: 7n, txDropped: 8n },
  };
  expect(values(read(OF_NETWORK, [eth0], to))).toEqual({
    'container_network_receive_bytes_total eth0': 1n,
    'container_network_receive_packets_total eth0': 2n,
    'container_network_receive_packets_dropped_total eth0': 4n,
    'container_network_receive_errors_total eth0': 3n,
    'container_network_transmit_bytes_total eth0': 5n,
    'container_network_transmit_packets_total eth0': 6n,
    'container_network_transmit_packets_dropped_total eth0': 8n,
    'container_network_transmit_errors_total eth0': 7n,
  });
});

test('what a container was made with', () => {
  const { resources } = container;
  expect(values(read(OF_RECORD, container, to))).toMatchObject({
    container_spec_cpu_period: BigInt(resources?.cpuPeriod ?? 0),
    container_spec_cpu_quota: BigInt(resources?.cpuQuota ?? 0),
    container_spec_cpu_shares: BigInt(resources?.cpuShares ?? 0),
    container_spec_memory_limit_bytes: BigInt(resources?.memoryLimitInBytes ?? 0),
    container_spec_memory_swap_limit_bytes: BigInt(resources?.memorySwapLimitInBytes ?? 0),
  });
  expect(values(read(OF_RECORD, { ...container, resources: undefined }, to))).not.toHaveProperty(
    'container_spec_cpu_quota',
  );
});

test('a layer’s file system', () => {
  const layer = { device: '/dev/a', usedBytes: undefined, limitBytes: 3n, inodes: 2n, inodesFree: 1n };
  expect(values(read(OF_LAYER, layer, to))).toEqual({
    'container_fs_limit_bytes /dev/a': 3n,
    'container_fs_inodes_total /dev/a': 2n,
    'container_fs_inodes_free /dev/a': 1n,
  });
});

test('processes: their descriptors, and one that has ended counts for nothing', async () => {
  const own = await readProcesses([process.pid], { pid: process.pid, startTime: '1' });
  expect(own.processes).toBe(1n);
  expect(own.descriptors).toBeGreaterThan(3n);
  expect(own.maxOpenFiles).toBeGreaterThan(0n);
  expect(await readProcesses([2 ** 22 + 1], undefined)).toEqual({
    ...{ processes: 1n, descriptors: 0n, sockets: 0n, maxOpenFiles: undefined },
  });
});
