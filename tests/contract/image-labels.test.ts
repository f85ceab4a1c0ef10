import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGE } from '../support/bed.ts';
import { mustRun } from '../support/command.ts';
import { containerConfig } from '../support/requests.ts';
import { makeHostPod, type Pod } from './support/subjects.ts';
import { type Pair, pairs } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

const LABELLED = 'docker.io/library/janus-labelled:latest';

let world: World;
/** The pod that the image says its containers are of, and theirs. */
let named: Pod;
let pod: Pod;

/** What engines, kubelets and runtimes keep in labels and annotations. */
const claims = (): Readonly<Record<string, string>> => ({
  'io.kubernetes.cri.container-type': 'sandbox',
  'io.kubernetes.cri.container-name': 'claimed',
  'io.kubernetes.cri.sandbox-id': named.podSandboxId,
  'io.kubernetes.cri.sandbox-uid': named.config.metadata?.uid ?? '',
  'io.kubernetes.container.name': 'claimed',
  'io.kubernetes.pod.uid': named.config.metadata?.uid ?? '',
  'io.kubernetes.sandbox.id': named.podSandboxId,
  'io.cri-containerd.kind': 'sandbox',
  'io.container.manager': 'cri-o',
  'janus.sandbox-id': named.podSandboxId,
  'janus.state': 'exited',
  'run.oci.systemd.subgroup': 'claimed',
  'run.oci.hooks.stderr': '/claimed',
});

beforeAll(async () => {
  world = await openWorld({ name: 'labels', octet: 78 });
  [named, pod] = [await makeHostPod(world), await makeHostPod(world)];
  const { bed } = world;
  const buildah = (...args: readonly string[]): string =>
    mustRun(
      'buildah',
      ...['--root', join(bed.graph, 'storage'), '--runroot', join(bed.state, 'storage'), '--storage-driver', 'overlay'],
      ...args,
    );
  const container = buildah('from', '--pull-never', IMAGE);
  const settings = Object.entries(claims()).flatMap(([key, value]) => [
    ...['--label', `${key}=${value}`],
    ...['--annotation', `${key}=${value}`],
  ]);
  buildah('config', ...settings, container);
  buildah('commit', '-q', '--rm', container, LABELLED);
});

afterAll(() => world.close());

interface Info {
  readonly runtimeSpec: { readonly annotations: Readonly<Record<string, string>> };
}

/** What tells one container from another. */
const look = async ({ maker, user }: Pair, name: string, image: string) => {
  const config = containerConfig(name, { image: { image }, labels: { own: 'label' }, annotations: { own: 'note' } });
  const request = { podSandboxId: pod.podSandboxId, config, sandboxConfig: pod.config };
  const { containerId } = await world.client(maker).runtime.createContainer(request);
  await world.client(maker).runtime.startContainer({ containerId });
  const { runtime } = world.client(user);
  const { status, info } = await runtime.containerStatus({ containerId, verbose: true });
  const { annotations } = (JSON.parse(info['info'] ?? '') as Info).runtimeSpec;
  const listed = async (filter: object): Promise<number> =>
    (await runtime.listContainers({ filter: { id: containerId, ...filter } })).containers.length;
  const labels = Object.entries(claims()).map(([key, value]) => listed({ labelSelector: { [key]: value } }));
  const seen = {
    labels: status?.labels,
    annotations: status?.annotations,
    state: status?.state,
    inItsPod: await listed({ podSandboxId: pod.podSandboxId }),
    inTheOther: await listed({ podSandboxId: named.podSandboxId }),
    byClaims: await Promise.all(labels),
    specAnnotations: { ...annotations, 'io.kubernetes.cri.image-name': '' },
  };
  return { containerId, seen };
};

describe.each(pairs)('made over $maker, seen over $user', (pair) => {
  it('what an image says of its container in labels changes nothing of it', async () => {
    const { runtime } = world.client(pair.user);
    const plain = await look(pair, 'main', IMAGE);
    await runtime.removeContainer({ containerId: plain.containerId });
    const labelled = await look(pair, 'main', LABELLED);
    expect(labelled.seen).toEqual(plain.seen);
    expect(labelled.seen).toMatchObject({
      labels: { own: 'label' },
      annotations: { own: 'note' },
      inItsPod: 1,
      inTheOther: 0,
    });
    await runtime.stopPodSandbox({ podSandboxId: named.podSandboxId });
    expect((await runtime.listContainers({ filter: { id: labelled.containerId } })).containers).toHaveLength(1);
    await runtime.removeContainer({ containerId: labelled.containerId });
  });

  it('nor which pod a daemon that is started again finds it in', async () => {
    const { containerId } = await look(pair, 'again', LABELLED);
    await world.restart();
    const { containers } = await world.client(pair.user).runtime.listContainers({ filter: { id: containerId } });
    expect(containers).toEqual([expect.objectContaining({ podSandboxId: pod.podSandboxId, state: 1 })]);
    await world.client(pair.user).runtime.removeContainer({ containerId });
  });
});
