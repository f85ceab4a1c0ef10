import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContainerStats } from '../../src/adapters/v1/generated/api.ts';
import { until } from '../support/wait.ts';
import { type CgroupFiles, readFiles } from './support/files.ts';
import { cgroupOf, leftIn, type Pod, pidOf, removePod, runContainer, runPod } from './support/pods.ts';
import { openWorld, type World } from './support/world.ts';

const MIB = 1024n * 1024n;
let world: World;
let pod: Pod;

beforeAll(async () => {
  world = await openWorld();
  await world.guest.sh(
    '[ -e /swap ] || { fallocate -l 256M /swap && chmod 600 /swap && mkswap -q /swap && swapon /swap; }',
  );
  await world.configure('cgroupfs');
  pod = await runPod(world, { driver: 'cgroupfs', runtime: 'runc' });
});
afterAll(() => world.close());

const filesOf = (id: string): Promise<CgroupFiles> => readFiles(world, cgroupOf(pod, id));
const statsOf = async (containerId: string): Promise<ContainerStats> =>
  (await world.client.runtime.containerStats({ containerId })).stats as ContainerStats;

/** What statistics say of a cgroup, by the names of the files. */
const figuresOf = ({ cpu, memory, swap }: Pick<ContainerStats, 'cpu' | 'memory' | 'swap'>) => ({
  cpu: cpu?.usageCoreNanoSeconds?.value,
  usage: memory?.usageBytes?.value,
  workingSet: memory?.workingSetBytes?.value,
  available: memory?.availableBytes?.value,
  rss: memory?.rssBytes?.value,
  faults: memory?.pageFaults?.value,
  majorFaults: memory?.majorPageFaults?.value,
  swap: swap?.swapUsageBytes?.value,
  swapLeft: swap?.swapAvailableBytes?.value,
});

const expected = (files: CgroupFiles): ReturnType<typeof figuresOf> => {
  const usage = files.value('memory.current');
  const workingSet = usage - files.field('memory.stat', 'inactive_file');
  return {
    cpu: files.field('cpu.stat', 'usage_usec') * 1000n,
    usage,
    workingSet,
    available: files.value('memory.max') - workingSet,
    rss: files.field('memory.stat', 'anon'),
    faults: files.field('memory.stat', 'pgfault'),
    majorFaults: files.field('memory.stat', 'pgmajfault'),
    swap: files.value('memory.swap.current'),
    swapLeft: files.value('memory.swap.max') - files.value('memory.swap.current'),
  };
};

describe('a container that has more than fits into its memory', () => {
  /** 32 MiB that can be swapped, of which 24 may stay, are written and read again. */
  const FILL = 'head -c 33554432 /dev/zero >/dev/shm/fill; cat /dev/shm/fill >/dev/null; exec sleep 1000000';
  let container: string;

  beforeAll(async () => {
    const resources = { memoryLimitInBytes: 24n * MIB, memorySwapLimitInBytes: 88n * MIB };
    container = await runContainer(world, pod, { command: ['sh', '-c', FILL], linux: { resources } });
    const pid = await pidOf(world, container);
    await until('it sleeps', async () => (await world.guest.sh(`cat /proc/${pid}/comm`)) === 'sleep', 300);
  });

  test('every figure is that of its file, with swap alone', async () => {
    const stats = await until(
      'the figures are those of the files',
      async () => {
        const figures = await statsOf(container);
        const files = expected(await filesOf(container));
        return isDeepStrictEqual(figuresOf(figures), files) ? figures : undefined;
      },
      120,
    );
    expect(stats.swap?.swapUsageBytes?.value).toBeGreaterThan(4n * MIB);
    expect(stats.swap?.swapAvailableBytes?.value).toBe(64n * MIB - (stats.swap?.swapUsageBytes?.value ?? 0n));
    expect(stats.memory?.workingSetBytes?.value).toBeLessThanOrEqual(24n * MIB);
  });

  test.each(['memory', 'io'] as const)('how long it stalled for %s is told', async (kind) => {
    const files = await filesOf(container);
    const { [kind]: usage } = await statsOf(container);
    expect(usage?.psi?.Some?.Total).toBeGreaterThan(0n);
    expect(usage?.psi?.Some?.Total).toBe(files.stalled(`${kind}.pressure`, 'some'));
    expect(usage?.psi?.Full?.Total).toBe(files.stalled(`${kind}.pressure`, 'full'));
  });

  test('the pod as a whole has the figures of its cgroup, and its containers’', async () => {
    const { stats } = await world.client.runtime.podSandboxStats({ podSandboxId: pod.id });
    const files = await readFiles(world, pod.directory);
    const { cpu, memory, io, process, containers } = stats?.linux ?? {};
    expect(memory?.rssBytes?.value).toBe(files.field('memory.stat', 'anon'));
    expect(process?.processCount?.value).toBe(files.value('pids.current'));
    expect(cpu?.usageCoreNanoSeconds?.value).toBe(files.field('cpu.stat', 'usage_usec') * 1000n);
    expect(memory?.psi?.Some?.Total).toBe(files.stalled('memory.pressure', 'some'));
    expect(io?.psi?.Some?.Total).toBe(files.stalled('io.pressure', 'some'));
    expect(containers).toMatchObject([{ swap: { swapUsageBytes: { value: expect.any(BigInt) } } }]);
  });

  test('another limit of swap is set, and lifted', async () => {
    const update = async (memorySwapLimitInBytes: bigint): Promise<string> => {
      await world.client.runtime.updateContainerResources({
        containerId: container,
        linux: { memoryLimitInBytes: 24n * MIB, memorySwapLimitInBytes },
      });
      return world.guest.sh(`cat ${cgroupOf(pod, container)}/memory.swap.max`);
    };
    expect(await update(72n * MIB)).toBe(String(48n * MIB));
    expect(await update(-1n)).toBe('max');
    const { swap } = await until('the figures know it', async () => {
      const stats = await statsOf(container);
      return stats.swap?.swapAvailableBytes === undefined ? stats : undefined;
    });
    expect(swap?.swapUsageBytes?.value).toBeGreaterThan(4n * MIB);
  });
});

test('how long a container waited for the processor is told', async () => {
  const resources = { cpuQuota: 10_000n, cpuPeriod: 100_000n };
  const command = ['sh', '-c', 'while :; do :; done'];
  const container = await runContainer(world, pod, { command, linux: { resources } });
  const stats = await until(
    'it waited',
    async () => {
      const seen = await statsOf(container);
      return (seen.cpu?.psi?.Some?.Total ?? 0n) > 0n ? seen : undefined;
    },
    120,
  );
  const after = await filesOf(container);
  expect(stats.cpu?.psi?.Some?.Total).toBeLessThanOrEqual(after.stalled('cpu.pressure', 'some'));
  expect(stats.cpu?.psi?.Full?.Total).toBeLessThanOrEqual(after.stalled('cpu.pressure', 'full'));
  await world.client.runtime.removeContainer({ containerId: container });
});

describe.each(['runc', 'crun'])('with %s and cgroupfs', (runtime) => {
  const resources = {
    ...{ memoryLimitInBytes: 64n * MIB, memorySwapLimitInBytes: 96n * MIB },
    ...{ cpuShares: 512n, cpuQuota: 20_000n, cpuPeriod: 100_000n, cpusetCpus: '0', cpusetMems: '0' },
    hugepageLimits: [{ pageSize: '2MB', limit: 4n * MIB }],
    unified: { 'memory.low': '1048576', 'pids.max': '77' },
    oomScoreAdj: 321n,
  };
  /** Of 2 to 262144 shares, in 1 to 10000 parts of weight. */
  const LIMITS = {
    'memory.max': String(64n * MIB),
    'memory.swap.max': String(32n * MIB),
    'memory.low': '1048576',
    'cpu.weight': '20',
    'cpu.max': '20000 100000',
    'cpuset.cpus': '0',
    'cpuset.mems': '0',
    'hugetlb.2MB.max': String(4n * MIB),
    'pids.max': '77',
  };
  let own: Pod;
  let container: string;

  beforeAll(async () => {
    own = await runPod(world, { driver: 'cgroupfs', runtime });
    container = await runContainer(world, own, { linux: { resources } });
  });

  test('every limit is in its file', async () => {
    const names = Object.keys(LIMITS);
    const files = await readFiles(world, cgroupOf(own, container), names);
    expect(Object.fromEntries(names.map((name) => [name, files.text(name)]))).toEqual(LIMITS);
    expect(await world.guest.sh(`cat /proc/${await pidOf(world, container)}/oom_score_adj`)).toBe('321');
  });

  test('an update changes what it names', async () => {
    const linux = { memoryLimitInBytes: 80n * MIB, memorySwapLimitInBytes: 80n * MIB, cpuShares: 2n };
    await world.client.runtime.updateContainerResources({ containerId: container, linux });
    const files = await readFiles(world, cgroupOf(own, container), Object.keys(LIMITS));
    expect(files.text('memory.max')).toBe(String(80n * MIB));
    expect(files.text('memory.swap.max')).toBe('0');
    expect(files.text('cpu.weight')).toBe('1');
    expect(files.text('cpu.max')).toBe('20000 100000');
  });

  test('a removed pod leaves nothing', async () => {
    await removePod(world, own);
    expect(await leftIn(world)).not.toContain(own.id);
  });
});
