import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './support/api.ts';
import { get } from './support/http.ts';
import { NODE_ADDRESS } from './support/kubelet.ts';
import { fullName, type Node, openNode } from './support/node.ts';
import { container, pod, SLEEP } from './support/pods.ts';

let node: Node;
beforeAll(async () => {
  node = await openNode({ name: 'khost', octet: 63 });
  node.put(pod('own', [container('main', SLEEP)]));
  node.put(pod('network', [container('main', SLEEP)], { hostNetwork: true }));
  node.put(pod('processes', [container('main', SLEEP)], { hostPID: true }));
  node.put(pod('ipc', [container('main', SLEEP)], { hostIPC: true }));
  const ports = [{ containerPort: 8080, hostPort: 18_080 }];
  const serve = 'mkdir /www; echo hello > /www/it; exec httpd -f -p 8080 -h /www';
  node.put(pod('port', [container('main', serve, { ports })]));
  const shared = [container('first', SLEEP), container('second', SLEEP)];
  node.put(pod('shared', shared, { shareProcessNamespace: true }));
});
afterAll(() => node.close());

const inside = (name: string, script: string): Promise<string> =>
  run({ pod: fullName(name), container: 'main' }, script);
const namespaceOf = async (name: string, kind: string): Promise<string> =>
  (await inside(name, `readlink /proc/self/ns/${kind}`)).trim();
const links = async (name: string): Promise<string> => inside(name, 'ls /sys/class/net');

test('hostNetwork: the interfaces of the node', async () => {
  await node.pod('network');
  expect(await links('network')).toContain('node0');
});

test('without it: its own', async () => {
  expect((await node.pod('own')).status.podIP).toMatch(/^10\.88\.63\./);
  expect(await links('own')).toBe('eth0\nlo\n');
});

test('hostPID: the processes of the node', async () => {
  await node.pod('processes');
  const own = readFileSync(`/proc/${process.pid}/comm`, 'utf8');
  expect(await inside('processes', `cat /proc/${process.pid}/comm`)).toBe(own);
  expect(await namespaceOf('processes', 'pid')).not.toBe(await namespaceOf('own', 'pid'));
});

test('hostIPC: its shared memory', async () => {
  await node.pod('ipc');
  expect(await namespaceOf('ipc', 'ipc')).not.toBe(await namespaceOf('own', 'ipc'));
});

test('hostPort: the server is reached at the address of the node', async () => {
  await node.pod('port');
  await expect.poll(() => get(`http://${NODE_ADDRESS}:18080/it`).catch(String)).toBe('hello\n');
});

test('shareProcessNamespace: the containers see each other', async () => {
  await node.pod('shared');
  const pids = async (name: string) =>
    (await run({ pod: fullName('shared'), container: name }, 'readlink /proc/self/ns/pid')).trim();
  expect(await pids('first')).toBe(await pids('second'));
});
