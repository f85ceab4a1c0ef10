import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { type Node, openNode } from './support/node.ts';
import { container, idOf, type Manifest, type Pod, pod, SLEEP, statusOf } from './support/pods.ts';

let node: Node;
let outside: string;

const ending = (name: string, script: string, restartPolicy: string): Manifest =>
  pod(name, [container('main', script, { volumeMounts: [{ name: 'kept', mountPath: '/kept' }] })], {
    restartPolicy,
    volumes: [{ name: 'kept', emptyDir: {} }],
  });

/** Writes what happens to it into a directory of the host. */
const recorded = (name: string, script: string, more: object = {}): Manifest =>
  pod(name, [container('main', script, { volumeMounts: [{ name: 'out', mountPath: '/out' }], ...more })], {
    terminationGracePeriodSeconds: 10,
    volumes: [{ name: 'out', hostPath: { path: outside } }],
  });

const limited = (name: string, restartPolicy: string): Manifest =>
  pod(name, [container('main', 'tail /dev/zero', { resources: { limits: { memory: '32Mi' } } })], { restartPolicy });

beforeAll(async () => {
  node = await openNode({ name: 'kends', octet: 62 });
  outside = join(node.bed.directory, 'out');
  mkdirSync(outside);
  node.put(ending('always', 'exit 3', 'Always'));
  node.put(ending('never', 'exit 5', 'Never'));
  node.put(ending('done', 'exit 0', 'OnFailure'));
  node.put(ending('second-try', 'mkdir /kept/tried && exit 7; exit 0', 'OnFailure'));
  node.put(limited('too-much', 'Never'));
  node.put(limited('too-much-again', 'Always'));
});
afterAll(() => node.close());

test('Never: the pod has failed, with the exit code', async () => {
  const found = await node.pod('never', ({ status }) => status.phase === 'Failed');
  expect(statusOf(found, 'main')).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 5 } } });
});

test('OnFailure: what ends well is not started again', async () => {
  const found = await node.pod('done', ({ status }) => status.phase === 'Succeeded');
  expect(statusOf(found, 'main')).toMatchObject({
    restartCount: 0,
    state: { terminated: { exitCode: 0, reason: 'Completed' } },
  });
});

test('OnFailure: what fails is started again, until it ends well', async () => {
  const found = await node.pod('second-try', ({ status }) => status.phase === 'Succeeded');
  expect(statusOf(found, 'main')).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 7 } } });
});

test('Always: the restart count grows, with the exit code of the last time', async () => {
  const found = await node.pod('always', (seen) => statusOf(seen, 'main').restartCount >= 2);
  expect(statusOf(found, 'main').lastState.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
});

test('what took more memory than its limit was OOMKilled', async () => {
  const found = await node.pod('too-much', ({ status }) => status.phase === 'Failed');
  expect(statusOf(found, 'main').state.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
});

test('and is started again where the policy says so', async () => {
  const found = await node.pod('too-much-again', (seen) => statusOf(seen, 'main').restartCount > 0);
  expect(statusOf(found, 'main').lastState.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
});

const record = (): string => readFileSync(join(outside, 'record'), 'utf8');

/** A deleted pod without a server is out of the kubelet's list at once: that its containers go tells when it is over. */
const removed = (found: Pod): Promise<unknown> => {
  const bundle = join(node.bed.state, 'containers', idOf(statusOf(found, 'main')));
  return until('the container is removed', () => !existsSync(bundle), 90);
};

test('a deleted pod has its preStop hook, SIGTERM and the time to end', async () => {
  const TERM = 'trap "echo term >> /out/record; sleep 1; echo ended >> /out/record; exit 0" TERM';
  const preStop = { exec: { command: ['sh', '-c', 'echo hook >> /out/record; sleep 1'] } };
  node.put(recorded('graceful', `${TERM}; sleep 1000000 & wait`, { lifecycle: { preStop } }));
  const found = await node.pod('graceful');
  node.take('graceful');
  await removed(found);
  expect(record()).toBe('hook\nterm\nended\n');
});

test('one that does not end is killed after its grace period, and nothing of it stays', async () => {
  const stubborn = recorded('stubborn', 'trap "touch /out/ignored" TERM; while true; do sleep 1; done');
  node.put({ ...stubborn, spec: { ...stubborn.spec, terminationGracePeriodSeconds: 3 } });
  const found = await node.pod('stubborn');
  node.take('stubborn');
  await removed(found);
  expect(existsSync(join(outside, 'ignored'))).toBe(true);
});

test('a postStart hook has run when the container is said to run', async () => {
  const postStart = { exec: { command: ['sh', '-c', 'sleep 2; touch /out/started'] } };
  node.put(recorded('hooked', SLEEP, { lifecycle: { postStart } }));
  await node.pod('hooked');
  expect(existsSync(join(outside, 'started'))).toBe(true);
});
