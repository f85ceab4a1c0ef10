import { afterAll, beforeAll, expect, test } from 'vitest';
import { registryWithOwnImage } from '../support/own-image.ts';
import { logs, run } from './support/api.ts';
import { fullName, type Node, openNode } from './support/node.ts';
import { asked } from './support/options.ts';
import { container, pod, SLEEP, statusOf } from './support/pods.ts';

let node: Node;
beforeAll(async () => {
  node = await openNode({ name: 'kpods', octet: 60, daemon: { 'insecure-registries': ['127.0.0.1'] } });
});
afterAll(() => node.close());

const data = { name: 'data', mountPath: '/data' };
const quick = { name: 'quick', mountPath: '/quick' };
const READ = 'until wget -qO- http://127.0.0.1:8080/greeting; do sleep 0.2; done';
const web = pod(
  'web',
  [
    container('server', 'exec httpd -f -p 8080 -h /data', { volumeMounts: [data] }),
    container('client', `${READ}; ${SLEEP}`, { volumeMounts: [data, quick] }),
  ],
  {
    initContainers: [
      container('first', 'echo one > /data/greeting', { volumeMounts: [data] }),
      container('second', 'echo two >> /data/greeting', { volumeMounts: [data] }),
    ],
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'quick', emptyDir: { medium: 'Memory' } },
    ],
  },
);

test('a pod has its init containers run, one after the other, and then its containers, with one network and one volume', async () => {
  node.put(web);
  const found = await node.pod('web');
  expect(found.status.podIP).toMatch(/^10\.88\.60\./);
  for (const name of ['first', 'second'])
    expect(statusOf(found, name).state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  const client = { pod: fullName('web'), container: 'client' };
  await expect.poll(() => logs(client)).toBe('one\ntwo\n');
  expect(await run(client, 'cat /data/greeting')).toBe('one\ntwo\n');
});

test('a volume in memory is a tmpfs', async () => {
  const mounts = await run({ pod: fullName('web'), container: 'client' }, 'cat /proc/mounts');
  expect(mounts).toMatch(/^tmpfs \/quick tmpfs /m);
});

test('the environment has what the kubelet knows of the pod', async () => {
  const fieldRef = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
  const env = [
    { name: 'IP', ...fieldRef('status.podIP') },
    { name: 'NAME', ...fieldRef('metadata.name') },
  ];
  node.put(pod('env', [container('main', SLEEP, { env })]));
  const { status } = await node.pod('env');
  const text = await run({ pod: fullName('env'), container: 'main' }, 'echo $IP $NAME');
  expect(text).toBe(`${status.podIP} env-node\n`);
});

test('an image that is not there is pulled', async () => {
  // Of an id that no other image has: once a kubelet 1.36 has pulled an id, it wants to pull it under each other name as well.
  const registry = await registryWithOwnImage(node.bed);
  try {
    const { image } = registry;
    node.put(pod('pulled', [container('main', SLEEP, { image, imagePullPolicy: 'Always' })]));
    const found = await node.pod('pulled');
    expect(statusOf(found, 'main').imageID).toContain('@sha256:');
  } finally {
    await registry.close();
  }
});

test('a changed manifest is a new pod, and the old one goes', async () => {
  node.put(pod('changing', [container('main', `echo one; ${SLEEP}`)]));
  const old = await node.pod('changing');
  node.put(pod('changing', [container('main', `echo two; ${SLEEP}`)]));
  const { uid } = old.metadata;
  const later = await node.pod(
    'changing',
    ({ metadata, status }) => metadata.uid !== uid && status.phase === 'Running',
  );
  expect(statusOf(later, 'main').containerID).not.toBe(statusOf(old, 'main').containerID);
  const main = { pod: fullName('changing'), container: 'main' };
  await expect.poll(() => logs(main)).toBe('two\n');
});

test('all of it went over the version that was asked for', () => {
  const answered = node
    .daemon()
    .log()
    .matchAll(/ version=(\S+) method=(\S+) code=OK/g);
  const methods = [...answered].map(([, version, method]) => `${version} ${method}`);
  const { api } = asked();
  for (const method of ['RunPodSandbox', 'CreateContainer', 'ListContainers', 'PullImage'])
    expect(methods).toContain(`${api} ${method}`);
  // What cAdvisor asks is not CRI.
  const others = methods.filter((entry) => !entry.startsWith(`${api} `) && !entry.startsWith('cadvisor '));
  expect(others).toEqual([]);
});
