import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hugepageSize, kernelVersion, readHostFacts } from '../../../src/runtime/spec/host-facts.ts';
import { NO_FEATURES, parseRuntimeFeatures } from '../../../src/runtime/spec/runtime-features.ts';

test.each([
  ['6.1.0-18-amd64', [6, 1]],
  ['5.10.0', [5, 10]],
  ['odd', [0, 0]],
])('kernel %s is %j', (text, expected) => {
  expect(kernelVersion(text)).toEqual(expected);
});

test.each([
  ['hugepages-2048kB', '2MB'],
  ['hugepages-1048576kB', '1GB'],
  ['hugepages-64kB', '64KB'],
])('%s is %s', (directory, expected) => {
  expect(hugepageSize(directory)).toBe(expected);
});

test('readHostFacts agrees with /proc', async () => {
  const facts = await readHostFacts();
  const mask = BigInt(`0x${/CapBnd:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`);
  expect(facts.capabilities.includes('CAP_SYS_RESOURCE')).toBe(((mask >> 24n) & 1n) === 1n);
  expect(facts.oomScoreAdjMin).toBeGreaterThanOrEqual(-1000);
  expect([1, 2]).toContain(facts.cgroupVersion);
});

test('parseRuntimeFeatures reads what the runtime prints', () => {
  const newer = { mountOptions: ['ro', 'rro'], linux: { mountExtensions: { idmap: { enabled: true } } } };
  expect(parseRuntimeFeatures(newer)).toEqual({
    ...NO_FEATURES,
    recursiveReadOnlyMounts: true,
    idMappedMounts: true,
  });
  expect(parseRuntimeFeatures({ mountOptions: ['ro'] })).toEqual(NO_FEATURES);
  for (const odd of [null, 'x', 3, [], { mountOptions: 'rro', linux: null }])
    expect(parseRuntimeFeatures(odd)).toEqual(NO_FEATURES);
});
