import { expect, test } from 'vitest';
import { Status } from '../../../src/adapters/cadvisor/generated/tasks.ts';
import { ownerOf, type Records } from '../../../src/adapters/cadvisor/index.ts';
import { container, task } from '../../../src/adapters/cadvisor/outbound.ts';
import type { ContainerRecord } from '../../../src/core/model/container.ts';
import type { SandboxRecord } from '../../../src/core/model/sandbox.ts';
import { containerRecord, sandboxRecord } from '../core/fakes/records.ts';

const sandbox = sandboxRecord();
const POD = {
  'io.kubernetes.pod.name': sandbox.config.metadata.name,
  'io.kubernetes.pod.namespace': sandbox.config.metadata.namespace,
  'io.kubernetes.pod.uid': sandbox.config.metadata.uid,
};
const records = (pod: SandboxRecord, made?: ContainerRecord): Records => ({
  sandbox: (id) => (id === pod.id ? pod : undefined),
  container: (id) => (id === made?.id ? made : undefined),
});
const ofPod = (changes: Partial<SandboxRecord>) => {
  const pod = { ...sandbox, ...changes };
  return ownerOf(pod.id, 'id', records(pod));
};
const ofContainer = (changes: Partial<ContainerRecord> = {}) => {
  const made = containerRecord(sandbox.id, changes);
  return ownerOf(made.id, 'id', records(sandbox, made));
};

test('a pod is known by its labels, and has the network', () => {
  const { id, labels, image } = container(ofPod({}));
  expect({ id, image }).toEqual({ id: sandbox.id, image: '' });
  expect(labels).toMatchObject({ ...POD, 'io.cri-containerd.kind': 'sandbox' });
  expect(labels).not.toHaveProperty('io.kubernetes.container.name');
});

test('a container is known by its name and image, and has no network of its own', () => {
  const { labels, image } = container(ofContainer({ imageName: 'docker.io/library/busybox:latest' }));
  expect(image).toBe('docker.io/library/busybox:latest');
  expect(labels).toMatchObject({
    ...POD,
    'io.kubernetes.container.name': containerRecord(sandbox.id).config.metadata.name,
    'io.cri-containerd.kind': 'container',
  });
});

test('a pod on the network of the node has no figures of it, whatever its labels say', () => {
  const { config } = sandbox;
  const { security } = config;
  const namespaces = { ...security.namespaces, network: 'node' } as const;
  const labels = { 'io.cri-containerd.kind': 'sandbox', 'io.kubernetes.pod.name': 'another' };
  const found = container(ofPod({ config: { ...config, labels, security: { ...security, namespaces } } }));
  expect(found.labels).toEqual({ ...POD, 'io.cri-containerd.kind': '' });
});

test('the environment is not given away', () => {
  expect(JSON.parse(container(ofContainer()).spec?.value.toString() ?? '')).toEqual({ process: { env: [] } });
});

const exit = { exitCode: 3, finishedAt: 5n, reason: 'Error', message: '' };
const process = { pid: 20, startTime: '2' };
const states: readonly [ContainerRecord['state'], object][] = [
  [{ kind: 'creating' }, { status: Status.UNKNOWN, pid: 0 }],
  [
    { kind: 'created', process },
    { status: Status.CREATED, pid: 20 },
  ],
  [
    { kind: 'running', process, startedAt: 3n },
    { status: Status.RUNNING, pid: 20 },
  ],
  [
    { kind: 'unrunnable', fault: { exitCode: 127, message: '' } },
    { status: Status.STOPPED, pid: 0, exitStatus: 127 },
  ],
  [
    { kind: 'exited', startedAt: 3n, exit },
    { status: Status.STOPPED, pid: 0, exitStatus: 3 },
  ],
];
test.each(states)('a container that is $kind', (state, expected) => {
  expect(task(ofContainer({ state }))).toMatchObject(expected);
});

const podStates: readonly [SandboxRecord['state'], object][] = [
  [{ kind: 'creating' }, { status: Status.UNKNOWN, pid: 0 }],
  [
    { kind: 'ready', networks: [], process },
    { status: Status.RUNNING, pid: 20 },
  ],
  [
    { kind: 'ready', networks: [], process: undefined },
    { status: Status.STOPPED, pid: 0 },
  ],
  [
    { kind: 'stopped', networks: [], teardownPending: false, reason: '' },
    { status: Status.STOPPED, pid: 0 },
  ],
];
test.each(podStates)('a pod that is $kind', (state, expected) => {
  expect(task(ofPod({ state }))).toMatchObject(expected);
});

test('what is not ours is not found, and no id is no id', () => {
  const known = records(sandbox);
  expect(() => ownerOf('f'.repeat(64), 'container_id', known)).toThrow(expect.objectContaining({ kind: 'not-found' }));
  for (const text of ['', 'abc', '../..', 'F'.repeat(64)])
    expect(() => ownerOf(text, 'container_id', known)).toThrow(/^container_id: must be 64 hex digits$/);
});
