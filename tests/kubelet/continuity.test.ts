import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logs, run } from './support/api.ts';
import { initOf } from './support/cgroups.ts';
import { fullName, type Node, openNode } from './support/node.ts';
import { asked } from './support/options.ts';
import { container, idOf, type Pod, pod, SLEEP } from './support/pods.ts';

const { api, release } = asked();
const NAMES = ['one', 'two', 'three'];

let node: Node;
beforeAll(async () => {
  node = await openNode({ name: 'kgoeson', octet: 69 });
  const probe = { exec: { command: ['true'] }, periodSeconds: 1 };
  for (const name of NAMES)
    node.put(pod(name, [container('main', SLEEP, { livenessProbe: probe }), container('side', SLEEP)]));
});
afterAll(() => node.close());

/** All by which a restart, or a new pod, would show. */
const identityOf = ({ metadata, status }: Pod) => ({
  uid: metadata.uid,
  address: status.podIP,
  containers: status.containerStatuses?.map((container) => {
    const { name, containerID, restartCount, state } = container;
    return { name, containerID, restartCount, state, init: initOf(idOf(container)) };
  }),
});
const identities = async () => Promise.all(NAMES.map(async (name) => identityOf(await node.pod(name))));

const restartDaemon = async (how: 'stop' | 'kill'): Promise<void> => {
  await node.daemon()[how]();
  await node.startDaemon(api);
};
const restartKubelet = async (how: 'stop' | 'kill'): Promise<void> => {
  await node.kubelet()[how]();
  await node.startKubelet(release);
};

const events: Readonly<Record<string, () => Promise<void>>> = {
  'the kubelet is restarted': () => restartKubelet('stop'),
  'janusd is restarted': () => restartDaemon('stop'),
  'janusd is killed': () => restartDaemon('kill'),
  'both are killed': async () => {
    await Promise.all([node.kubelet().kill(), node.daemon().kill()]);
    await node.startDaemon(api);
    await node.startKubelet(release);
  },
};

describe.each(Object.entries(events))('%s', (_, happens) => {
  test('no container is restarted, none is made anew, and each pod answers', async () => {
    const before = await identities();
    const mark = node.daemon().log().length;
    await happens();
    expect(await identities()).toEqual(before);
    for (const name of NAMES) {
      const main = { pod: fullName(name), container: 'main' };
      await expect.poll(() => run(main, 'echo alive'), { timeout: 30_000 }).toBe('alive\n');
    }
    expect(node.daemon().log().slice(mark)).not.toMatch(/ method=(RunPodSandbox|CreateContainer|StopContainer) /);
  });
});

test('pods come and go after all of it', async () => {
  node.put(pod('later', [container('main', `echo here; ${SLEEP}`)]));
  await node.pod('later');
  expect(await logs({ pod: fullName('later'), container: 'main' })).toBe('here\n');
});
