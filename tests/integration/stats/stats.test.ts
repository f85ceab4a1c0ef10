import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containerId, sandboxId } from '../../../src/core/model/ids.ts';
import type { SandboxRecord } from '../../../src/core/model/sandbox.ts';
import { mountpointOf } from '../../../src/host/mountpoint.ts';
import { identify } from '../../../src/host/process-identity.ts';
import { joinCgroup, makeCgroup } from '../../../src/runtime/cgroups/cgroup.ts';
import { readHierarchy } from '../../../src/runtime/cgroups/hierarchy.ts';
import { killCgroup, removeCgroup } from '../../../src/runtime/cgroups/take-down.ts';
import { containerLayout } from '../../../src/runtime/container-layout.ts';
import { createStats } from '../../../src/runtime/stats/stats.ts';
import * as samples from '../../unit/adapters/samples.ts';

const PARENT = '/janus-stats-test';
const MIB = 1024 * 1024;
const newId = (): string => randomBytes(32).toString('hex');

const cgroups = readHierarchy();
const graph = mkdtempSync(join(tmpdir(), 'janus-stats-'));
const roots = { state: join(graph, 'state'), graph };
const container = { ...samples.container, id: containerId(newId()) };
const podId = sandboxId(newId());
const paths = [podId, container.id].map((id) => `${PARENT}/${id}`);
const children: ChildProcess[] = [];

let sandbox: SandboxRecord;

/** A process in a network namespace and in a cgroup of its own. */
const startIn = async (cgroup: string, script: string): Promise<number> => {
  const child = spawn('unshare', ['--net', 'sh', '-c', `read -r go; ${script}`], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  children.push(child);
  const pid = child.pid ?? 0;
  await joinCgroup(cgroups, cgroup, pid);
  child.stdin?.write('go\n');
  return pid;
};

const stats = () => createStats({ roots, cgroups, containersOf: (id) => (id === podId ? [container.id] : []) });

/** Holds memory, which is there before its next command runs. */
const hold = (bytes: number): string => `x=$(head -c ${bytes} /dev/zero | tr '\\0' x)`;
/** Takes processor time, and then waits to be killed. */
const WORK = `${hold(8 * MIB)}; end=$(( $(date +%s) + 2 )); while [ $(date +%s) -lt $end ]; do :; done; read -r never`;
const POD = `${hold(16 * MIB)}; ip link add eth0 type bridge; read -r never`;

beforeAll(async () => {
  for (const path of paths) await makeCgroup(cgroups, path);
  const [pod = '', own = ''] = paths;
  const pid = await startIn(pod, POD);
  await startIn(own, WORK);
  const identity = identify(pid);
  const config = { ...samples.sandbox.config, cgroupParent: '' };
  const { security } = config;
  const namespaces = { ...security.namespaces, network: 'pod' as const };
  sandbox = {
    ...samples.sandbox,
    id: podId,
    cgroupParent: PARENT,
    config: { ...config, security: { ...security, namespaces } },
    state: { kind: 'ready', networks: [], process: identity },
  };
});

afterAll(async () => {
  for (const path of paths) {
    await killCgroup(cgroups, path);
    await removeCgroup(cgroups, path);
  }
  await removeCgroup(cgroups, PARENT);
  await Promise.all(
    children
      .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
      .map((child) => once(child, 'exit')),
  );
  rmSync(graph, { recursive: true, force: true });
});

test('figures of a container that works', async () => {
  const { container: figures } = stats();
  const ref = { container, sandbox };
  const first = await figures(ref);
  await delay(1500);
  const second = await figures(ref);
  expect(second?.cpu.usageCoreNanoSeconds).toBeGreaterThan(first?.cpu.usageCoreNanoSeconds ?? 0n);
  expect(first?.cpu.usageNanoCores).toBeUndefined();
  expect(second?.cpu.usageNanoCores).toBeGreaterThan(0n);
  expect(second?.memory.workingSetBytes).toBeGreaterThan(8n * BigInt(MIB));
  expect(second?.memory.rssBytes).toBeGreaterThan(8n * BigInt(MIB));
  expect(second?.memory.usageBytes).toBeGreaterThanOrEqual(second?.memory.workingSetBytes ?? 0n);
  expect(second?.memory.pageFaults).toBeGreaterThan(0n);
  expect(second?.memory.availableBytes).toBeUndefined();
  expect(second?.processCount).toBeGreaterThan(0n);
});

test('a pod without a cgroup of its own is its parts, with its network', async () => {
  const all = stats();
  await expect.poll(async () => (await all.sandbox(sandbox))?.interfaces.map(({ name }) => name)).toEqual(['eth0']);
  const [own, pod] = [await all.container({ container, sandbox }), await all.sandbox(sandbox)];
  expect(pod?.memory.rssBytes).toBeGreaterThan((own?.memory.rssBytes ?? 0n) + 8n * BigInt(MIB));
  expect(pod?.processCount).toBeGreaterThanOrEqual(2n);
});

test('a container without a cgroup has no figures', async () => {
  expect(await stats().container({ container: { ...container, id: containerId(newId()) }, sandbox })).toBeUndefined();
});

test('a writable layer counts its blocks and inodes, hard links once, and never what links lead to', async () => {
  const upper = join(containerLayout(roots, container.id).layer, 'upper');
  mkdirSync(join(upper, 'dir'), { recursive: true });
  writeFileSync(join(upper, 'dir', 'file'), Buffer.alloc(2 * MIB, 1));
  linkSync(join(upper, 'dir', 'file'), join(upper, 'second'));
  symlinkSync('/usr', join(upper, 'usr'));
  const all = stats();
  const usage = (await all.container({ container, sandbox }))?.writableLayer;
  expect(usage).toMatchObject({ mountpoint: mountpointOf(graph), inodesUsed: 4 });
  expect(usage?.usedBytes).toBeGreaterThanOrEqual(2 * MIB);
  expect(usage?.usedBytes).toBeLessThan(3 * MIB);
  expect(await all.writableLayers()).toMatchObject({
    mountpoint: mountpointOf(graph),
    usedBytes: usage?.usedBytes,
    inodesUsed: 4,
  });
});
