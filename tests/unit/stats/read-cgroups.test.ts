import { expect, test } from 'vitest';
import { readV1 } from '../../../src/runtime/stats/read-v1.ts';
import { readV2 } from '../../../src/runtime/stats/read-v2.ts';
import { useFiles } from './cgroup-files.ts';

const files = useFiles();

const stat = (values: Readonly<Record<string, number | string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');

const PRESSURE = 'some avg10=1.50 avg60=2.00 avg300=0.25 total=300\nfull avg10=0.50 avg60=0.00 avg300=0.00 total=7\n';
const pressure = {
  some: { total: 300n, avg10: 1.5, avg60: 2, avg300: 0.25 },
  full: { total: 7n, avg10: 0.5, avg60: 0, avg300: 0 },
};

const v1Stat = {
  cache: 1,
  rss: 2,
  inactive_file: 3,
  hierarchical_memory_limit: 2000,
  hierarchical_memsw_limit: 2600,
  total_rss: 400,
  total_swap: 100,
  total_pgfault: 55,
  total_pgmajfault: 5,
  total_inactive_file: 300,
};

const v1 = (changes: Readonly<Record<string, string>> = {}) => {
  files.write({
    'cpuacct/pod/c/cpuacct.usage': '123456789\n',
    'memory/pod/c/memory.usage_in_bytes': '1000\n',
    'memory/pod/c/memory.limit_in_bytes': '1500\n',
    'memory/pod/c/memory.stat': stat(v1Stat),
    'pids/pod/c/pids.current': '4\n',
    ...changes,
  });
  const mounts = { cpuacct: `${files.root()}/cpuacct`, memory: `${files.root()}/memory`, pids: `${files.root()}/pids` };
  return { mounts, usage: readV1(mounts, '/pod/c', 9n) };
};

const v2 = (changes: Readonly<Record<string, string>> = {}) => {
  files.write({
    'pod/c/cpu.stat': stat({ usage_usec: 123, user_usec: 100 }),
    'pod/c/cpu.pressure': PRESSURE,
    'pod/c/memory.current': '1000\n',
    'pod/c/memory.max': '1500\n',
    'pod/c/memory.stat': stat({ anon: 400, file: 1, inactive_file: 300, pgfault: 55, pgmajfault: 5 }),
    'pod/c/memory.pressure': PRESSURE,
    'pod/c/memory.swap.current': '100\n',
    'pod/c/memory.swap.max': '600\n',
    'pod/c/io.pressure': PRESSURE,
    'pod/c/pids.current': '4\n',
    ...changes,
  });
  return readV2(files.root(), '/pod/c', 9n);
};

const memory = {
  timestamp: 9n,
  usageBytes: 1000n,
  workingSetBytes: 700n,
  availableBytes: 800n,
  rssBytes: 400n,
  pageFaults: 55n,
  majorPageFaults: 5n,
};

test('version 1: every figure from its file, the totals with the cgroups below', () => {
  expect(v1().usage).toEqual({
    cpu: { timestamp: 9n, usageCoreNanoSeconds: 123456789n, usageNanoCores: undefined, pressure: undefined },
    memory: { ...memory, pressure: undefined },
    swap: { timestamp: 9n, usageBytes: 100n, availableBytes: 500n },
    io: undefined,
    processCount: 4n,
  });
});

test('version 2: every figure from its file', () => {
  expect(v2()).toEqual({
    cpu: { timestamp: 9n, usageCoreNanoSeconds: 123_000n, usageNanoCores: undefined, pressure },
    memory: { ...memory, pressure },
    swap: { timestamp: 9n, usageBytes: 100n, availableBytes: 500n },
    io: { timestamp: 9n, pressure },
    processCount: 4n,
  });
});

test('without limits nothing is available', () => {
  const unlimited = '9223372036854771712';
  const { usage } = v1({
    'memory/pod/c/memory.limit_in_bytes': `${unlimited}\n`,
    'memory/pod/c/memory.stat': stat({
      ...v1Stat,
      hierarchical_memory_limit: unlimited,
      hierarchical_memsw_limit: unlimited,
    }),
  });
  expect([usage?.memory.availableBytes, usage?.swap?.availableBytes]).toEqual([undefined, undefined]);
  const second = v2({ 'pod/c/memory.max': 'max\n', 'pod/c/memory.swap.max': 'max\n' });
  expect([second?.memory.availableBytes, second?.swap?.availableBytes]).toEqual([undefined, undefined]);
});

test('no figure is below zero when the files disagree', () => {
  const { usage } = v1({
    'memory/pod/c/memory.usage_in_bytes': '200\n',
    'memory/pod/c/memory.stat': stat({ ...v1Stat, hierarchical_memsw_limit: 2050 }),
  });
  expect([usage?.memory.workingSetBytes, usage?.swap?.availableBytes]).toEqual([0n, 0n]);
  const second = v2({ 'pod/c/memory.current': '200\n', 'pod/c/memory.swap.max': '50\n' });
  expect([second?.memory.workingSetBytes, second?.swap?.availableBytes]).toEqual([0n, 0n]);
  expect(v2({ 'pod/c/memory.max': '100\n' })?.memory.availableBytes).toBe(0n);
});

test('a kernel that does not count swap or pressure leaves them out', () => {
  const { total_swap: _, ...noSwap } = v1Stat;
  expect(v1({ 'memory/pod/c/memory.stat': stat(noSwap) }).usage?.swap).toBeUndefined();
  files.write({ 'bare/cpu.stat': stat({ usage_usec: 1 }) });
  const bare = readV2(files.root(), '/bare', 9n);
  expect(bare).toMatchObject({ swap: undefined, io: undefined, processCount: 0n });
  expect([bare?.cpu.pressure, bare?.memory.pressure]).toEqual([undefined, undefined]);
});

test('a kernel whose cpu.pressure has no full line: all zero there', () => {
  const [some = ''] = PRESSURE.split('\n');
  const full = { total: 0n, avg10: 0, avg60: 0, avg300: 0 };
  expect(v2({ 'pod/c/cpu.pressure': `${some}\n` })?.cpu.pressure).toEqual({ some: pressure.some, full });
});

test('a cgroup that is gone has no figures', () => {
  expect(readV1(v1().mounts, '/pod/d', 9n)).toBeUndefined();
  expect(readV2(files.root(), '/pod/d', 9n)).toBeUndefined();
});

test('version 1: a hierarchy that is not mounted leaves its figures at zero', () => {
  const { mounts } = v1();
  expect(readV1({ memory: mounts.memory }, '/pod/c', 9n)).toMatchObject({
    cpu: { usageCoreNanoSeconds: 0n },
    memory,
    processCount: 0n,
  });
});
