import type { ClientReadableStream } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v1 from '../../src/adapters/v1/generated/api.ts';
import { type ClientV1, connectV1 } from '../support/clients.ts';
import { makeSubjects } from './support/subjects.ts';
import { withV1 } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

const collect = async <T, E>(stream: ClientReadableStream<T>, entries: (message: T) => readonly E[]) => {
  const all: E[] = [];
  for await (const message of stream) all.push(...entries(message as T));
  return all;
};

describe.runIf(withV1)('the lists of v1, in parts, are the lists', () => {
  let world: World;
  let client: ClientV1;
  beforeAll(async () => {
    world = await openWorld({ name: 'lists', octet: 37 });
    client = connectV1(world.bed.socket);
    await makeSubjects(world);
  });
  afterAll(async () => {
    client.close();
    await world.close();
  });

  it('of pods', async () => {
    const stream = client.streams.streamPodSandboxes(v1.StreamPodSandboxesRequest.create());
    const { items } = await client.runtime.listPodSandbox({});
    expect(items).toHaveLength(2);
    expect(await collect(stream, ({ podSandboxes }) => podSandboxes)).toEqual(items);
  });

  it('of containers', async () => {
    const stream = client.streams.streamContainers(v1.StreamContainersRequest.create());
    const { containers } = await client.runtime.listContainers({});
    expect(containers).toHaveLength(3);
    expect(await collect(stream, (message) => message.containers)).toEqual(containers);
  });

  it('of figures', async () => {
    const containers = client.streams.streamContainerStats(v1.StreamContainerStatsRequest.create());
    const pods = client.streams.streamPodSandboxStats(v1.StreamPodSandboxStatsRequest.create());
    const { stats } = await client.runtime.listContainerStats({});
    const { stats: podStats } = await client.runtime.listPodSandboxStats({});
    const idsOf = (entries: readonly { readonly attributes?: { readonly id: string } | undefined }[]) =>
      entries.map(({ attributes }) => attributes?.id);
    expect(stats).toHaveLength(1);
    expect(idsOf(await collect(containers, ({ containerStats }) => containerStats))).toEqual(idsOf(stats));
    expect(podStats).toHaveLength(1);
    expect(idsOf(await collect(pods, ({ podSandboxStats }) => podSandboxStats))).toEqual(idsOf(podStats));
  });
});
