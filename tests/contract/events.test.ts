import { type ClientReadableStream, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v1 from '../../src/adapters/v1/generated/api.ts';
import { type ClientV1, connectV1 } from '../support/clients.ts';
import { containerConfig } from '../support/requests.ts';
import { until } from '../support/wait.ts';
import { makeContainer, makeHostPod } from './support/subjects.ts';
import { pairs, withV1 } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

type Event = v1.ContainerEventResponse;

const KINDS = ['created', 'started', 'stopped', 'deleted'];
const STATES = ['created', 'running', 'exited', 'unknown'];

/** A subscriber: what it has heard so far. */
const subscribe = (client: ClientV1) => {
  const heard: Event[] = [];
  const stream: ClientReadableStream<Event> = client.streams.getContainerEvents(v1.GetEventsRequest.create());
  let ended = false;
  stream.on('data', (event: Event) => heard.push(event));
  stream.on('error', () => (ended = true));
  stream.on('end', () => (ended = true));
  return { heard, stream, hasEnded: () => ended };
};

/** `created main [created]`: what happened, to whom, and the pod's containers just after it. */
const told =
  (names: ReadonlyMap<string, string>) =>
  ({ containerEventType, containerId, containersStatuses }: Event): string => {
    const states = containersStatuses.map(({ state }) => STATES[state]);
    return `${KINDS[containerEventType]} ${names.get(containerId)} [${states.join()}]`;
  };

const sequence = [
  ...['created pod []', 'started pod []', 'created dies [created]', 'started dies [running]', 'stopped dies [exited]'],
  ...['created main [exited,created]', 'started main [exited,running]', 'stopped main [exited,exited]'],
  ...['deleted main [exited]', 'stopped pod [exited]', 'deleted dies []', 'deleted pod []'],
];

describe.runIf(withV1)('events', () => {
  let world: World;
  const clients: ClientV1[] = [];
  const connect = (): ClientV1 => {
    const client = connectV1(world.bed.socket);
    clients.push(client);
    return client;
  };
  beforeAll(async () => {
    world = await openWorld({ name: 'events', octet: 64 });
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await world.close();
  });

  it.each(pairs)('of a pod made over $maker and ended over $user reach all who listen', async ({ maker, user }) => {
    const listeners = [connect(), connect(), connect()].map(subscribe);
    const [make, use] = [world.client(maker).runtime, world.client(user).runtime];
    // A call on each connection has been served: the streams before it are open.
    await Promise.all(clients.map(({ runtime }) => runtime.version({})));

    const pod = await makeHostPod({ ...world, client: () => world.client(maker) });
    const { podSandboxId } = pod;
    const names = new Map([[podSandboxId, 'pod']]);
    const create = async (name: string, command: readonly string[]): Promise<string> => {
      const config = containerConfig(name, { command: [...command] });
      const { containerId } = await makeContainer({ ...world, client: () => world.client(maker) }, pod, config);
      names.set(containerId, name);
      await make.startContainer({ containerId });
      return containerId;
    };
    const dies = await create('dies', ['sh', '-c', 'exit 3']);
    await until('it has died', async () => (await use.containerStatus({ containerId: dies })).status?.exitCode === 3);
    const main = await create('main', ['sleep', '1000']);
    await use.stopContainer({ containerId: main, timeout: 0n });
    await use.stopContainer({ containerId: main, timeout: 0n });
    await use.removeContainer({ containerId: main });
    await use.removeContainer({ containerId: main });
    await use.stopPodSandbox({ podSandboxId });
    await use.removePodSandbox({ podSandboxId });
    await use.removePodSandbox({ podSandboxId });

    for (const { heard, hasEnded } of listeners) {
      await until('the end was heard of', () => heard.length >= sequence.length);
      expect(heard.map(told(names))).toEqual(sequence);
      expect(hasEnded()).toBe(false);
      for (const { podSandboxStatus } of heard)
        expect(podSandboxStatus).toMatchObject({ id: podSandboxId, metadata: pod.config.metadata });
      expect(heard.at(-1)?.podSandboxStatus?.state).toBe(v1.PodSandboxState.SANDBOX_NOTREADY);
      const times = heard.map(({ createdAt }) => createdAt);
      expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(new Set(times).size).toBe(times.length);
    }
  });

  it('and the status of a pod have one order', async () => {
    const { heard } = subscribe(connect());
    const { runtime } = connect();
    await Promise.all(clients.map((client) => client.runtime.version({})));
    const pod = await makeHostPod(world);
    const { podSandboxId } = pod;
    const before = await runtime.podSandboxStatus({ podSandboxId });
    const { containerId } = await makeContainer(world, pod, containerConfig('main'));
    const after = await runtime.podSandboxStatus({ podSandboxId });
    const created = await until('it was told', () => heard.find((event) => event.containerId === containerId));
    expect(before.containersStatuses).toEqual([]);
    expect(after.containersStatuses).toMatchObject([{ id: containerId }]);
    expect(before.timestamp).toBeLessThan(created.createdAt);
    expect(after.timestamp).toBeGreaterThan(created.createdAt);
    await runtime.removePodSandbox({ podSandboxId });
  });

  it('go on for others when one leaves, or reads no more', async () => {
    const [leaves, stalls, stays] = [subscribe(connect()), subscribe(connect()), subscribe(connect())];
    await Promise.all(clients.map((client) => client.runtime.version({})));
    leaves.stream.cancel();
    stalls.stream.pause();
    const { podSandboxId } = await makeHostPod(world);
    await world.client('v1alpha2').runtime.removePodSandbox({ podSandboxId });
    await until('all was heard', () => stays.heard.length === 4);
    expect(leaves.heard).toEqual([]);
    stalls.stream.resume();
    await until('it was heard as well', () => stalls.heard.length === 4);
  });

  it('after a restart of the daemon are not before those before it', async () => {
    const { runtime } = connect();
    const pod = await makeHostPod(world);
    const { podSandboxId } = pod;
    const before = (await runtime.podSandboxStatus({ podSandboxId })).timestamp;
    await world.restart();
    const after = await until('it serves', async () =>
      runtime.podSandboxStatus({ podSandboxId }).then(
        ({ timestamp }) => timestamp,
        () => undefined,
      ),
    );
    expect(after).toBeGreaterThan(before);
    await runtime.removePodSandbox({ podSandboxId });
  });
});

describe.runIf(withV1)('with enable-pod-events off', () => {
  let world: World;
  let client: ClientV1;
  beforeAll(async () => {
    world = await openWorld({ name: 'noevents', octet: 65, config: () => ({ 'enable-pod-events': false }) });
    client = connectV1(world.bed.socket);
  });
  afterAll(async () => {
    client.close();
    await world.close();
  });

  it('GetContainerEvents is UNIMPLEMENTED, and the status of a pod promises none', async () => {
    const stream = client.streams.getContainerEvents(v1.GetEventsRequest.create());
    const failure = await new Promise((resolve) => stream.once('error', resolve));
    expect(failure).toMatchObject({ code: status.UNIMPLEMENTED });
    const pod = await makeHostPod(world);
    await makeContainer(world, pod, containerConfig('main'));
    const answer = await client.runtime.podSandboxStatus({ podSandboxId: pod.podSandboxId });
    expect(answer).toMatchObject({ timestamp: 0n, containersStatuses: [] });
  });
});
