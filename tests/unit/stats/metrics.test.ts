import { expect, test } from 'vitest';
import type { Metric, Pressure } from '../../../src/core/ports/stats.ts';
import { containerMetrics, metricDescriptors, sandboxMetrics } from '../../../src/runtime/stats/metrics.ts';
import { container, sandbox } from '../adapters/samples.ts';
import { usageOf } from './usage.ts';

const pressure: Pressure = {
  some: { total: 9_500_000n, avg10: 0, avg60: 0, avg300: 0 },
  full: { total: 2_000_000n, avg10: 0, avg60: 0, avg300: 0 },
};
const plain = usageOf({ cpu: 7_900_000_000n, memory: 10n, processes: 3n, timestamp: 5n });
const usage = {
  ...plain,
  cpu: { ...plain.cpu, pressure },
  swap: { timestamp: 5n, usageBytes: 77n, availableBytes: undefined },
  io: { timestamp: 5n, pressure },
};
const writableLayer = { timestamp: 4n, mountpoint: '/layers', usedBytes: 4096, inodesUsed: 1 };
const interfaces = [{ name: 'eth0', rxBytes: 1n, rxErrors: 2n, txBytes: 3n, txErrors: 4n }];

const ofContainer = containerMetrics(container, sandbox, { ...usage, writableLayer });
const ofPod = sandboxMetrics(sandbox, { ...usage, interfaces });

/** Values by name and own labels. */
const values = (metrics: readonly Metric[]): Record<string, bigint> =>
  Object.fromEntries(metrics.map(({ name, labelValues, value }) => [[name, ...labelValues.slice(6)].join(' '), value]));

test('every metric has a descriptor and a value for each of its labels', () => {
  const keys = new Map(metricDescriptors.map(({ name, labelKeys }) => [name, labelKeys.length]));
  for (const { name, labelValues } of [...ofContainer, ...ofPod])
    expect([name, labelValues.length]).toEqual([name, keys.get(name)]);
  expect(new Set([...ofContainer, ...ofPod].map(({ name }) => name))).toContain(
    'container_network_receive_bytes_total',
  );
});

test('figures of a container', () => {
  expect(values(ofContainer)).toEqual({
    'container_cpu_usage_seconds_total total': 7n,
    container_memory_usage_bytes: 11n,
    container_memory_working_set_bytes: 10n,
    container_memory_rss: 12n,
    container_memory_swap: 77n,
    'container_memory_failures_total pgfault hierarchy': 13n,
    'container_memory_failures_total pgmajfault hierarchy': 14n,
    container_processes: 3n,
    container_pressure_cpu_waiting_seconds_total: 9n,
    container_pressure_cpu_stalled_seconds_total: 2n,
    container_pressure_io_waiting_seconds_total: 9n,
    container_pressure_io_stalled_seconds_total: 2n,
    container_fs_usage_bytes: 4096n,
  });
});

test('figures of a pod: its network, and what the kernel does not say is left out', () => {
  expect(values(sandboxMetrics(sandbox, { ...plain, interfaces }))).toEqual({
    'container_cpu_usage_seconds_total total': 7n,
    container_memory_usage_bytes: 11n,
    container_memory_working_set_bytes: 10n,
    container_memory_rss: 12n,
    'container_memory_failures_total pgfault hierarchy': 13n,
    'container_memory_failures_total pgmajfault hierarchy': 14n,
    container_processes: 3n,
    'container_network_receive_bytes_total eth0': 1n,
    'container_network_receive_errors_total eth0': 2n,
    'container_network_transmit_bytes_total eth0': 3n,
    'container_network_transmit_errors_total eth0': 4n,
  });
});

test('labels say whose it is', () => {
  const { name, namespace } = sandbox.config.metadata;
  expect(ofPod[0]).toMatchObject({
    kind: 'counter',
    timestamp: 5n,
    labelValues: [sandbox.id, '', '', '', name, namespace, 'total'],
  });
  const own = [container.id, container.name, container.imageRef, container.config.metadata.name, name, namespace];
  expect(ofContainer[1]).toMatchObject({ kind: 'gauge', labelValues: own });
});
