import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './support/api.ts';
import { cgroupOf } from './support/cgroups.ts';
import { fullName, type Node, openNode } from './support/node.ts';
import { container, idOf, type Pod, pod, SLEEP, statusOf } from './support/pods.ts';

const MIB = 1024 * 1024;
const quantities = { cpu: '200m', memory: '64Mi' };

let node: Node;
beforeAll(async () => {
  node = await openNode({ name: 'kcgroup', octet: 67 });
  const resources = { requests: quantities, limits: quantities };
  node.put(pod('guaranteed', [container('main', SLEEP, { resources })]));
  const burstable = { requests: { cpu: '100m' }, limits: { memory: '128Mi', cpu: '500m' } };
  node.put(pod('burstable', [container('main', SLEEP, { resources: burstable })]));
  node.put(pod('besteffort', [container('main', SLEEP)]));
});
afterAll(() => node.close());

const mainCgroup = (found: Pod): string => cgroupOf(idOf(statusOf(found, 'main')));
const numberIn = (path: string, file: string): number => Number(readFileSync(join(path, file), 'utf8'));
const cpu = (path: string): string => path.replace('/sys/fs/cgroup/memory/', '/sys/fs/cgroup/cpu/');

test('each pod is in the cgroup of its class', async () => {
  for (const [name, qosClass, parent] of [
    ['guaranteed', 'Guaranteed', 'kubepods'],
    ['burstable', 'Burstable', 'kubepods/burstable'],
    ['besteffort', 'BestEffort', 'kubepods/besteffort'],
  ] as const) {
    const found = await node.pod(name);
    expect(found.status.qosClass).toBe(qosClass);
    const { uid } = found.metadata;
    expect(mainCgroup(found)).toContain(`${node.bed.cgroupParent}/${parent}/pod${uid}/`);
  }
});

test('limits and shares are those of the container', async () => {
  const path = mainCgroup(await node.pod('guaranteed'));
  expect(numberIn(path, 'memory.limit_in_bytes')).toBe(64 * MIB);
  expect(numberIn(cpu(path), 'cpu.cfs_quota_us')).toBe(20_000);
  expect(numberIn(cpu(path), 'cpu.cfs_period_us')).toBe(100_000);
  expect(numberIn(cpu(path), 'cpu.shares')).toBe(204);
});

test('the kernel kills the pods of the lower class first', async () => {
  const adjustment = async (name: string): Promise<number> => {
    await node.pod(name);
    return Number(await run({ pod: fullName(name), container: 'main' }, 'cat /proc/1/oom_score_adj'));
  };
  expect(await adjustment('besteffort')).toBe(1000);
  expect(await adjustment('burstable')).toBeLessThan(1000);
});
