import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v1 from '../../src/adapters/v1/generated/api.ts';
import { type ClientV1, connectV1 } from '../support/clients.ts';
import { makeSubjects, type Subjects } from './support/subjects.ts';
import { withV1 } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

describe.runIf(withV1)('metrics', () => {
  let world: World;
  let client: ClientV1;
  let subjects: Subjects;
  let labels: ReadonlyMap<string, readonly string[]>;
  let pods: readonly v1.PodSandboxMetrics[];
  beforeAll(async () => {
    world = await openWorld({ name: 'metrics', octet: 61 });
    client = connectV1(world.bed.socket);
    subjects = await makeSubjects(world);
    const { descriptors } = await client.runtime.listMetricDescriptors({});
    labels = new Map(descriptors.map(({ name, labelKeys }) => [name, labelKeys]));
    pods = (await client.runtime.listPodSandboxMetrics({})).podMetrics;
  });
  afterAll(async () => {
    client.close();
    await world.close();
  });

  const all = (): readonly v1.Metric[] =>
    pods.flatMap(({ metrics, containerMetrics }) => [...metrics, ...containerMetrics.flatMap((own) => own.metrics)]);
  const labelled = ({ name, labelValues }: v1.Metric): Readonly<Record<string, string>> =>
    Object.fromEntries((labels.get(name) ?? []).map((key, index) => [key, labelValues[index] ?? '']));

  it('are of every pod, and of the containers that run', () => {
    const { pod, stoppedPod, running } = subjects;
    expect(pods.map(({ podSandboxId }) => podSandboxId)).toEqual([pod.podSandboxId, stoppedPod.podSandboxId]);
    expect(pods[0]?.containerMetrics.map(({ containerId }) => containerId)).toEqual([running.containerId]);
    expect(pods[1]).toMatchObject({ metrics: [], containerMetrics: [] });
  });

  it('have a descriptor each, a value for each of its labels, and are all different', () => {
    for (const { name, labelValues } of all())
      expect([name, labelValues.length]).toEqual([name, labels.get(name)?.length]);
    const keys = all().map(({ name, labelValues }) => [name, ...labelValues].join('\n'));
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(labels.keys()).size).toBe(labels.size);
  });

  it('say whose they are, when they were read, and are no more than 64 bits', () => {
    const { pod, running } = subjects;
    for (const metric of pods[0]?.containerMetrics[0]?.metrics ?? [])
      expect(labelled(metric)).toMatchObject({
        ...{ id: running.containerId, container: 'running' },
        ...{ pod: pod.config.metadata?.name, namespace: 'default' },
      });
    for (const { timestamp, value } of all()) {
      expect(timestamp).toBeGreaterThan(0n);
      expect(value?.value).toBeGreaterThanOrEqual(0n);
    }
  });

  it.each([
    ...['container_cpu_usage_seconds_total', 'container_cpu_user_seconds_total', 'container_memory_usage_bytes'],
    ...['container_memory_cache', 'container_memory_failures_total', 'container_oom_events_total'],
    ...['container_processes', 'container_threads', 'container_threads_max', 'container_file_descriptors'],
    ...['container_spec_memory_limit_bytes', 'container_spec_cpu_shares', 'container_start_time_seconds'],
    ...['container_fs_limit_bytes', 'container_ulimits_soft', 'container_last_seen'],
  ])('a container has %s', (name) =>
    expect(pods[0]?.containerMetrics[0]?.metrics.map((metric) => metric.name)).toContain(name),
  );

  it('tell true values', () => {
    const value = (name: string) => pods[0]?.containerMetrics[0]?.metrics.find((metric) => metric.name === name)?.value;
    expect(value('container_spec_memory_limit_bytes')).toEqual({ value: 64n * 1024n * 1024n });
    expect(value('container_spec_cpu_shares')).toEqual({ value: 512n });
    expect(value('container_processes')).toEqual({ value: 1n });
  });

  it('of a pod have its network by interface', () => {
    const received = pods[0]?.metrics.filter(({ name }) => name === 'container_network_receive_bytes_total') ?? [];
    expect(received.map(labelled)).toMatchObject([{ interface: 'eth0', id: subjects.pod.podSandboxId }]);
  });

  it('come in parts as well', async () => {
    const parts: v1.PodSandboxMetrics[] = [];
    const stream = client.streams.streamPodSandboxMetrics(v1.StreamPodSandboxMetricsRequest.create());
    for await (const message of stream)
      parts.push(...(message as v1.StreamPodSandboxMetricsResponse).podSandboxMetrics);
    expect(parts.map(({ podSandboxId }) => podSandboxId)).toEqual(pods.map(({ podSandboxId }) => podSandboxId));
    expect(parts[0]?.metrics).toHaveLength(pods[0]?.metrics.length ?? 0);
  });
});
