import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v1 from '../../src/adapters/v1/generated/api.ts';
import { type ClientV1, connectV1 } from '../support/clients.ts';
import { containerConfig, NODE } from '../support/requests.ts';
import { makeContainer, makePod, type Pod } from './support/subjects.ts';
import { versions, withV1 } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
/** By name, what the tests are about: two pods, the second stopped; in the first `a` runs and `b` is created. */
const ids: Record<string, string> = {};
const names = (found: readonly string[]): readonly string[] =>
  found.map((id) => Object.entries(ids).find(([, known]) => known === id)?.[0] ?? id).sort();

const makeOne = async (name: string): Promise<Pod> => {
  const pod = await makePod(world, {
    labels: { pod: name, common: 'yes' },
    linux: { securityContext: { namespaceOptions: { network: NODE } } },
  });
  ids[name] = pod.podSandboxId;
  return pod;
};

const makeContainers = async (pod: Pod): Promise<void> => {
  for (const name of ['a', 'b']) {
    const config = containerConfig(name, { labels: { container: name, common: 'yes' } });
    ids[name] = (await makeContainer(world, pod, config)).containerId;
  }
};

beforeAll(async () => {
  world = await openWorld({ name: 'filters', octet: 42 });
  const { runtime } = world.client('v1alpha2');
  await makeContainers(await makeOne('one'));
  await makeOne('two');
  await runtime.startContainer({ containerId: ids['a'] ?? '' });
  await runtime.stopPodSandbox({ podSandboxId: ids['two'] ?? '' });
});

afterAll(() => world.close());

type Filter = Readonly<Record<string, unknown>>;
type Case = readonly [filter: () => Filter, expected: readonly string[]];

const short = (name: string): string => (ids[name] ?? '').slice(0, 12);

const ofPods: readonly Case[] = [
  [() => ({}), ['one', 'two']],
  [() => ({ id: ids['one'] }), ['one']],
  [() => ({ id: short('two') }), ['two']],
  [() => ({ labelSelector: { pod: 'two' } }), ['two']],
  [() => ({ labelSelector: { common: 'yes' } }), ['one', 'two']],
  [() => ({ labelSelector: { common: 'yes', pod: 'three' } }), []],
];
const ofPodStates: readonly Case[] = [
  [() => ({ state: { state: 0 } }), ['one']],
  [() => ({ state: { state: 1 } }), ['two']],
  [() => ({ state: { state: 1 }, labelSelector: { pod: 'one' } }), []],
];
const ofContainers: readonly Case[] = [
  [() => ({}), ['a', 'b']],
  [() => ({ id: short('b') }), ['b']],
  [() => ({ podSandboxId: short('one') }), ['a', 'b']],
  [() => ({ podSandboxId: ids['two'] }), []],
  [() => ({ labelSelector: { container: 'a', common: 'yes' } }), ['a']],
];
const ofContainerStates: readonly Case[] = [
  [() => ({ state: { state: 0 } }), ['b']],
  [() => ({ state: { state: 1 } }), ['a']],
  [() => ({ state: { state: 2 } }), []],
  [() => ({ state: { state: 3 } }), []],
];

const alive = new Set(['one', 'a']);
/** Figures are told of what runs. */
const running = (cases: readonly Case[]): readonly Case[] =>
  cases.map(([filter, expected]) => [filter, expected.filter((name) => alive.has(name))]);

const idsOf = (entries: readonly { readonly attributes?: { readonly id: string } | undefined }[]): readonly string[] =>
  entries.map(({ attributes }) => attributes?.id ?? '');

describe.each(versions)('over %s', (version) => {
  const runtime = () => (world.client(version) as ClientV1).runtime;

  it.each([...ofPods, ...ofPodStates])('pods are filtered (%#)', async (filter, expected) => {
    const { items } = await runtime().listPodSandbox({ filter: filter() });
    expect(names(items.map(({ id }) => id))).toEqual(expected);
  });

  it.each([...ofContainers, ...ofContainerStates])('containers are filtered (%#)', async (filter, expected) => {
    const { containers } = await runtime().listContainers({ filter: filter() });
    expect(names(containers.map(({ id }) => id))).toEqual(expected);
  });

  it.each(running(ofContainers))('figures of containers are filtered (%#)', async (filter, expected) => {
    const { stats } = await runtime().listContainerStats({ filter: filter() });
    expect(names(idsOf(stats))).toEqual(expected);
  });

  it.each(running(ofPods))('figures of pods are filtered (%#)', async (filter, expected) => {
    const { stats } = await runtime().listPodSandboxStats({ filter: filter() });
    expect(names(idsOf(stats))).toEqual(expected);
  });
});

const collect = async <T>(stream: AsyncIterable<unknown>, entries: (message: T) => readonly string[]) => {
  const all: string[] = [];
  for await (const message of stream) all.push(...entries(message as T));
  return names(all);
};

describe.runIf(withV1)('the lists of v1 in parts', () => {
  let client: ClientV1;
  beforeAll(() => {
    client = connectV1(world.bed.socket);
  });
  afterAll(() => client.close());

  it.each([...ofPods, ...ofPodStates])('of pods are filtered (%#)', async (filter, expected) => {
    const request = v1.StreamPodSandboxesRequest.fromPartial({ filter: filter() });
    const found = collect<v1.StreamPodSandboxesResponse>(client.streams.streamPodSandboxes(request), (message) =>
      message.podSandboxes.map(({ id }) => id),
    );
    expect(await found).toEqual(expected);
  });

  it.each([...ofContainers, ...ofContainerStates])('of containers are filtered (%#)', async (filter, expected) => {
    const request = v1.StreamContainersRequest.fromPartial({ filter: filter() });
    const found = collect<v1.StreamContainersResponse>(client.streams.streamContainers(request), (message) =>
      message.containers.map(({ id }) => id),
    );
    expect(await found).toEqual(expected);
  });

  it.each(running(ofContainers))('of figures of containers are filtered (%#)', async (filter, expected) => {
    const request = v1.StreamContainerStatsRequest.fromPartial({ filter: filter() });
    const found = collect<v1.StreamContainerStatsResponse>(client.streams.streamContainerStats(request), (message) =>
      idsOf(message.containerStats),
    );
    expect(await found).toEqual(expected);
  });

  it.each(running(ofPods))('of figures of pods are filtered (%#)', async (filter, expected) => {
    const request = v1.StreamPodSandboxStatsRequest.fromPartial({ filter: filter() });
    const found = collect<v1.StreamPodSandboxStatsResponse>(client.streams.streamPodSandboxStats(request), (message) =>
      idsOf(message.podSandboxStats),
    );
    expect(await found).toEqual(expected);
  });
});
