import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeepPartial, Mount } from '../../../src/adapters/v1/generated/api.ts';
import { type Bed, IMAGE, makeBed } from '../../support/bed.ts';
import { type ClientV1, connectV1 } from '../../support/clients.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { CONTAINER, containerConfig, NODE, POD, podConfig } from '../../support/requests.ts';

let bed: Bed;
let daemon: RunningDaemon;
let v1: ClientV1;

beforeAll(async () => {
  bed = makeBed('user', 12);
  daemon = await startDaemon(bed);
  v1 = connectV1(bed.socket);
});

afterAll(async () => {
  v1.close();
  if (process.env['JANUS_SHOW_LOG'] !== undefined) console.log(daemon.log());
  await daemon.stop();
  bed.dispose();
});

const HOST_ID = 200_000;
const mappings = [{ hostId: HOST_ID, containerId: 0, length: 65_536 }];
const usernsOptions = { mode: POD, uids: mappings, gids: mappings };

const run = async (pid: typeof POD | typeof CONTAINER, mounts: DeepPartial<Mount>[] = []) => {
  const namespaceOptions = { network: POD, ipc: POD, pid, usernsOptions };
  const linux = { securityContext: { namespaceOptions } };
  const config = podConfig(bed, { linux });
  const { podSandboxId } = await v1.runtime.runPodSandbox({ config });
  const { containerId } = await v1.runtime.createContainer({
    podSandboxId,
    config: { ...containerConfig('main', { linux }), mounts },
    sandboxConfig: config,
  });
  await v1.runtime.startContainer({ containerId });
  return { podSandboxId, containerId };
};

const shell = async (containerId: string, script: string): Promise<string> => {
  const { stdout, stderr, exitCode } = await v1.runtime.execSync({
    containerId,
    cmd: ['sh', '-c', script],
    timeout: 10n,
  });
  expect(exitCode, Buffer.from(stderr).toString()).toBe(0);
  return Buffer.from(stdout).toString().trim();
};

for (const [name, pid] of [
  ['its own', CONTAINER],
  ['a shared', POD],
] as const) {
  it(`a pod with its own user namespace and ${name} PID namespace is root only inside`, async () => {
    const { podSandboxId, containerId } = await run(pid);
    expect(await shell(containerId, 'id -u')).toBe('0');
    expect((await shell(containerId, 'cat /proc/self/uid_map')).split(/\s+/)).toEqual(['0', String(HOST_ID), '65536']);
    expect(await shell(containerId, 'touch /made; stat -c %u /bin/busybox /made /')).toBe('0\n0\n0');
    expect(statSync(join(bed.graph, 'layers', containerId, 'upper', 'made')).uid).toBe(HOST_ID);
    expect(await shell(containerId, 'ls /sys/class/net')).toContain('eth0');
    await v1.runtime.removePodSandbox({ podSandboxId });
  });
}

it('an id-mapped mount shows the host files of its root as its own', async () => {
  const hostPath = join(bed.directory, 'volume');
  mkdirSync(hostPath);
  writeFileSync(join(hostPath, 'file'), 'x');
  const mounts = [{ containerPath: '/volume', hostPath, uidMappings: mappings, gidMappings: mappings }];
  const { podSandboxId, containerId } = await run(CONTAINER, mounts);
  expect(await shell(containerId, 'stat -c %u /volume/file; touch /volume/new')).toBe('0');
  expect(statSync(join(hostPath, 'new')).uid).toBe(0);
  await v1.runtime.removePodSandbox({ podSandboxId });
});

it('refuses a user namespace with the host network, and one that does not map root', async () => {
  const config = (network: typeof POD | typeof NODE, containerId: number) =>
    podConfig(bed, {
      linux: {
        securityContext: {
          namespaceOptions: {
            network,
            pid: CONTAINER,
            usernsOptions: { mode: POD, uids: [{ hostId: 1000, containerId, length: 10 }], gids: mappings },
          },
        },
      },
    });
  await expect(v1.runtime.runPodSandbox({ config: config(NODE, 0) })).rejects.toMatchObject({ code: 9 });
  await expect(v1.runtime.runPodSandbox({ config: config(POD, 5) })).rejects.toMatchObject({ code: 3 });
});

it('announces user namespaces for the default handler', async () => {
  const { runtimeHandlers } = await v1.runtime.status({ verbose: false });
  expect(runtimeHandlers.find(({ name }) => name === '')?.features?.userNamespaces).toBe(true);
});

it('an image mount shows the files of an image, read-only', async () => {
  const mounts = [{ containerPath: '/image', image: { image: IMAGE }, imageSubPath: 'bin', readonly: true }];
  const namespaceOptions = { network: POD, ipc: POD, pid: CONTAINER };
  const config = podConfig(bed);
  const { podSandboxId } = await v1.runtime.runPodSandbox({ config });
  const container = { ...containerConfig('main', { linux: { securityContext: { namespaceOptions } } }), mounts };
  const { containerId } = await v1.runtime.createContainer({ podSandboxId, config: container, sandboxConfig: config });
  await v1.runtime.startContainer({ containerId });
  expect(await shell(containerId, 'ls /image/busybox')).toBe('/image/busybox');
  const write = await v1.runtime.execSync({ containerId, cmd: ['touch', '/image/x'], timeout: 10n });
  expect(Buffer.from(write.stderr).toString()).toContain('Read-only file system');
  await v1.runtime.removePodSandbox({ podSandboxId });
});
