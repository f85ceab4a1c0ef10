import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v1 from '../../src/adapters/v1/generated/api.ts';
import { type ClientV1, connectV1 } from '../support/clients.ts';
import { repository } from '../support/paths.ts';
import { CONTAINER, NODE, POD } from '../support/requests.ts';
import { until } from '../support/wait.ts';
import { createInsides, type Parts } from './support/inside.ts';
import { addedFields, fieldsIn } from './support/v1-answers.ts';
import { withV1 } from './support/versions.ts';
import { knownBytes, type RpcName } from './support/wire.ts';
import { openWorld, type World } from './support/world.ts';

interface Unseen {
  readonly fields: RegExp;
  readonly why: string;
  /** Below tests/, and the title of the test in it that shows the fields. */
  readonly shownBy?: readonly [file: string, title: string];
}

/** What the answers of this host cannot hold. */
const UNSEEN: readonly Unseen[] = [
  { fields: /^(Windows\w+\.|(PodSandboxStats|ContainerResources)\.windows$)/, why: 'this is Linux' },
  {
    fields: /^(\w+\.psi|\w+\.io|Psi\w+\.\w+|IoUsage\.\w+)$/,
    why: 'version 1 of cgroups has no pressure',
    shownBy: ['vm/cgroup-v2.test.ts', 'how long it stalled for %s is told'],
  },
  {
    fields: /^(ContainerStats\.swap|SwapUsage\.\w+)$/,
    why: 'not every kernel counts swap',
    shownBy: ['unit/adapters/answers.test.ts', 'statistics in v1 have swap, pressure and input/output'],
  },
  {
    fields: /^RuntimeFeatures\.user_namespaces_host_network$/,
    why: 'Janus has no such pods, and false is not on the wire',
    shownBy: [
      'unit/adapters/answers.test.ts',
      'Status tells conditions, in v1 also handlers and features; RuntimeConfig the driver',
    ],
  },
];

const added = addedFields();
const seen = added.filter((field) => !UNSEEN.some(({ fields }) => fields.test(field)));

/** Everything that v1 alone can ask of a container. */
const everything = (image: string, directory: string): Parts => ({
  image: { image, userSpecifiedImage: 'janus-test', runtimeHandler: 'runc' },
  stopSignal: v1.Signal.SIGUSR1,
  mounts: [
    { containerPath: '/image', image: { image }, imageSubPath: 'bin' },
    { containerPath: '/tree', hostPath: directory, readonly: true, recursiveReadOnly: true },
  ],
  linux: {
    resources: { memoryLimitInBytes: 64n << 20n },
    securityContext: {
      namespaceOptions: { network: NODE, ipc: POD, pid: CONTAINER },
      runAsUser: { value: 65_534n },
      runAsGroup: { value: 65_534n },
      supplementalGroups: [4n],
      supplementalGroupsPolicy: v1.SupplementalGroupsPolicy.Strict,
    },
  },
});

describe.runIf(withV1)('what v1 added to answers', () => {
  let world: World;
  let client: ClientV1;
  /** `Message.field` of all that was answered. */
  const answered = new Set<string>();
  /** Requests that both versions know. */
  const asked: { readonly rpc: RpcName; readonly request: object }[] = [];

  const note = (name: string, bytes: Uint8Array): void => {
    for (const field of fieldsIn(name, bytes)) answered.add(field);
  };

  const answerOf = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}Response`;

  const ask = async (rpc: RpcName, request: object): Promise<void> =>
    note(answerOf(rpc.name), await world.wire.ask('v1', rpc, request));

  const askBoth = async (rpc: RpcName, request: object): Promise<void> => {
    asked.push({ rpc, request });
    await ask(rpc, request);
  };

  const IDS = [{ containerId: 0, hostId: 300_000, length: 65_536 }];

  /** A pod with a user namespace, and a mount that is mapped into it. */
  const askMapped = async ({ pod, start }: ReturnType<typeof createInsides>): Promise<void> => {
    const usernsOptions = { mode: POD, uids: IDS, gids: IDS };
    const namespaceOptions = { network: POD, ipc: POD, pid: CONTAINER, usernsOptions };
    const linux = { securityContext: { namespaceOptions } };
    const mount = { containerPath: '/mapped', hostPath: world.bed.logs, uidMappings: IDS, gidMappings: IDS };
    const { containerId } = await start(await pod({ linux }), { mounts: [mount], linux });
    await askBoth({ service: 'runtime', name: 'containerStatus' }, { containerId });
  };

  const askAll = async (insides: ReturnType<typeof createInsides>): Promise<void> => {
    const events = client.streams.getContainerEvents(v1.GetEventsRequest.create());
    events.on('error', () => undefined);
    events.on('data', (event: v1.ContainerEventResponse) =>
      note('ContainerEventResponse', v1.ContainerEventResponse.encode(event).finish()),
    );
    const image = 'docker.io/library/janus-test:latest';
    const hostNetwork = { network: NODE, ipc: POD, pid: CONTAINER };
    const pod = await insides.pod({ linux: { securityContext: { namespaceOptions: hostNetwork } } });
    const { containerId } = await insides.start(pod, everything(image, world.bed.logs));
    const { podSandboxId } = pod;
    await askMapped(insides);
    await askBoth({ service: 'runtime', name: 'status' }, {});
    await askBoth({ service: 'runtime', name: 'containerStatus' }, { containerId, verbose: true });
    await askBoth({ service: 'runtime', name: 'podSandboxStatus' }, { podSandboxId });
    for (const name of ['listContainers', 'listContainerStats', 'listPodSandboxStats', 'listPodSandbox'])
      await askBoth({ service: 'runtime', name }, {});
    for (const name of ['imageFsInfo', 'listImages']) await askBoth({ service: 'images', name }, {});
    for (const name of ['runtimeConfig', 'listMetricDescriptors', 'listPodSandboxMetrics'])
      await ask({ service: 'runtime', name }, {});
    // A list of so few entries is one message: it can be asked for as if it were no stream.
    for (const name of ['PodSandboxes', 'PodSandboxStats', 'Containers', 'ContainerStats', 'PodSandboxMetrics'])
      await ask({ service: 'runtime', name: `stream${name}` }, {});
    await ask({ service: 'images', name: 'streamImages' }, {});
    await until('an event came', () => answered.has('ContainerEventResponse.container_event_type'));
    events.cancel();
  };

  beforeAll(async () => {
    world = await openWorld({ name: 'v1fields', octet: 68 });
    client = connectV1(world.bed.socket);
    await askAll(createInsides(world, { maker: 'v1', user: 'v1' }));
  });
  afterAll(async () => {
    client.close();
    await world.close();
  });

  it('are many fields, nearly all of which this host can show', () => {
    expect(added.length).toBeGreaterThan(90);
    expect(seen.length).toBeGreaterThan(50);
  });

  it.each(seen)('%s is there', (field) => expect([...answered]).toContain(field));

  it('says of each group that is not there what shows it', () => {
    for (const { fields, shownBy } of UNSEEN) {
      expect(added.some((field) => fields.test(field))).toBe(true);
      if (shownBy === undefined) continue;
      const [file, title] = shownBy;
      expect(readFileSync(join(repository, 'tests', file), 'utf8')).toContain(`'${title}'`);
    }
  });

  it('nothing of it is in an answer over v1alpha2 about the same', async () => {
    expect(asked.length).toBeGreaterThan(8);
    for (const { rpc, request } of asked) {
      const bytes = await world.wire.ask('v1alpha2', rpc, request);
      expect(bytes.length).toBeGreaterThan(0);
      expect([rpc.name, knownBytes(rpc, bytes).toString('hex')]).toEqual([rpc.name, bytes.toString('hex')]);
    }
  });
});
