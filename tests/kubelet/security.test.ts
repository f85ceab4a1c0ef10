import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './support/api.ts';
import { fullName, type Node, openNode } from './support/node.ts';
import { container, pod, SLEEP, statusOf } from './support/pods.ts';

let node: Node;

const secured = (name: string, securityContext: object, ofPod: object = {}): void =>
  node.put(pod(name, [container('main', SLEEP, { securityContext })], { securityContext: ofPod }));

const noDirectories = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
};

beforeAll(async () => {
  node = await openNode({ name: 'ksecure', octet: 64 });
  const profiles = join(node.bed.directory, 'kubelet', 'root', 'seccomp');
  mkdirSync(profiles, { recursive: true });
  writeFileSync(join(profiles, 'no-directories.json'), JSON.stringify(noDirectories));
  secured('users', { runAsUser: 1000, runAsGroup: 2000 }, { supplementalGroups: [3000], fsGroup: 4000 });
  secured('readonly', { readOnlyRootFilesystem: true });
  secured('few', { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] }, allowPrivilegeEscalation: false });
  secured('filtered', { seccompProfile: { type: 'RuntimeDefault' } });
  secured('unfiltered', { seccompProfile: { type: 'Unconfined' } });
  const local = { type: 'Localhost', localhostProfile: 'no-directories.json' };
  secured('profiled', { seccompProfile: local });
  secured('privileged', { privileged: true });
  secured('not-root', { runAsNonRoot: true });
});
afterAll(() => node.close());

const inside = async (name: string, script: string): Promise<string> => {
  await node.pod(name);
  return run({ pod: fullName(name), container: 'main' }, script);
};
const processStatus = async (name: string, key: string): Promise<string> =>
  (await inside(name, `sed -n s/^${key}:.//p /proc/1/status`)).trim();

test('users and groups', async () => {
  expect(await inside('users', 'id -u; id -g; id -G')).toBe('1000\n2000\n2000 3000 4000\n');
});

test('a root that cannot be written to', async () => {
  expect(await inside('readonly', 'touch /file 2>&1; echo $?')).toContain('Read-only file system');
});

test('capabilities dropped and added, and no way to more', async () => {
  // Bit 10 is CAP_NET_BIND_SERVICE.
  expect(await processStatus('few', 'CapEff')).toBe('0000000000000400');
  expect(await processStatus('few', 'NoNewPrivs')).toBe('1');
});

test('seccomp: the default profile, none, and one of the node', async () => {
  expect(await processStatus('filtered', 'Seccomp')).toBe('2');
  expect(await processStatus('unfiltered', 'Seccomp')).toBe('0');
  expect(await inside('profiled', 'mkdir /tmp/made 2>&1; echo $?')).toContain('Operation not permitted');
  expect(await inside('filtered', 'mkdir /tmp/made; echo $?')).toBe('0\n');
});

test('privileged: all capabilities that the daemon has', async () => {
  const [own, bounded] = [await processStatus('privileged', 'CapEff'), await processStatus('users', 'CapBnd')];
  expect(BigInt(`0x${own}`)).toBeGreaterThan(BigInt(`0x${bounded}`));
});

test('runAsNonRoot: an image that runs as root is not started', async () => {
  const found = await node.pod('not-root', (seen) => statusOf(seen, 'main').state.waiting !== undefined);
  const waiting = () => statusOf(found, 'main').state.waiting;
  expect(waiting()?.reason).toMatch(/CreateContainerConfigError|ContainerCreating/);
  const later = await node.pod(
    'not-root',
    (seen) => statusOf(seen, 'main').state.waiting?.reason === 'CreateContainerConfigError',
  );
  expect(statusOf(later, 'main').restartCount).toBe(0);
});
