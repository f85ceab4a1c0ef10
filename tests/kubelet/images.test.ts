import { afterAll, beforeAll, expect, test } from 'vitest';
import { IMAGE } from '../support/bed.ts';
import { type ClientV1alpha2, connectV1alpha2 } from '../support/clients.ts';
import { mustRun } from '../support/command.ts';
import { until } from '../support/wait.ts';
import { type Node, openNode } from './support/node.ts';
import { asked } from './support/options.ts';
import { container, pod, SLEEP } from './support/pods.ts';

/** What janusd says of the image that pod-sandbox-image names. */
const PINNED = 'registry.k8s.io/pause:3.9';
const UNUSED = 'docker.io/library/unused:1';

let node: Node;
let cri: ClientV1alpha2;

/** An image with an id of its own. */
const build = (name: string): void => {
  const buildah = ['--root', `${node.bed.graph}/storage`, '--runroot', `${node.bed.state}/storage`];
  const store = [...buildah, '--storage-driver', 'overlay'];
  const working = mustRun('buildah', ...store, 'from', '--pull-never', IMAGE);
  mustRun('buildah', ...store, 'config', '--label', `name=${name}`, working);
  mustRun('buildah', ...store, 'commit', '-q', '--rm', working, name);
};

const names = async (): Promise<readonly string[]> =>
  (await cri.images.listImages({})).images.flatMap(({ repoTags }) => repoTags).sort();

beforeAll(async () => {
  node = await openNode({ name: 'kimages', octet: 68 });
  cri = connectV1alpha2(node.bed.socket);
  for (const name of [PINNED, UNUSED]) build(name);
  node.put(pod('user', [container('main', SLEEP)]));
  await node.pod('user');
});
afterAll(async () => {
  cri.close();
  await node.close();
});

test('when the disk is too full, the kubelet removes the image that nobody uses, and no other', async () => {
  expect(await names()).toEqual([IMAGE, UNUSED, PINNED]);
  await node.kubelet().stop();
  // Never so much of a disk is free: images that are not used go, and a static pod is not evicted.
  await node.startKubelet(asked().release, {
    evictionHard: { 'nodefs.available': '99.9%' },
    imageMinimumGCAge: '1s',
  });
  await until('the unused image is gone', async () => !(await names()).includes(UNUSED), 120);
  // A kubelet 1.23 does not read that an image is pinned.
  expect(await names()).toEqual(asked().release.minor >= 24 ? [IMAGE, PINNED] : [IMAGE]);
  await node.pod('user');
});
