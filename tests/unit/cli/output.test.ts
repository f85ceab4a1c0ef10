import { expect, test } from 'vitest';
import { PodUsage, StatusResponse } from '../../../src/adapters/node/generated/node.ts';
import { ageText, dataText, sizeText, tableText } from '../../../src/cli/output.ts';
import { statusText } from '../../../src/cli/status.ts';
import { usageTable } from '../../../src/cli/top.ts';

test('data is JSON or YAML, with 64-bit numbers as numbers', () => {
  expect(JSON.parse(dataText({ at: 5n }, 'json'))).toEqual({ at: 5 });
  expect(dataText({ at: 5n, names: ['a'] }, 'yaml')).toBe('at: 5\nnames:\n  - a\n');
});

test('names cannot drive the terminal', () => {
  expect(tableText(['A', 'B'], [['x\u001b[2J', 'long']])).toBe('A      B\nx?[2J  long\n');
});

test('sizes and ages are short', () => {
  expect([0, 1023, 1536, 5 * 1024 ** 4].map(sizeText)).toEqual(['0B', '1023B', '1.5KiB', '5.0TiB']);
  expect([1500, 120_000, 7_300_000, 864_000_000].map(ageText)).toEqual(['1.5s', '2m', '2h', '10d']);
});

test('status shows who calls, what is under way, and the pods', () => {
  const text = statusText(
    StatusResponse.fromPartial({
      version: '1.2.3',
      criVersions: ['v1alpha2', 'v1'],
      clients: [{ api: 'v1alpha2', userAgent: 'grpc-go/1.38.0', calls: 7n }],
      operations: [{ verb: 'RunPodSandbox', stage: 'network', ageMs: 2500n, id: 'k8s_POD_web' }],
      pulls: [{ image: 'busybox', bytes: 2048n, seconds: 3 }],
      pods: [{ id: 'abc', namespace: 'default', name: 'web', state: 'ready', containers: [{ state: 'running' }] }],
    }),
    1000,
  );
  expect(text).toContain('CRI       v1alpha2, v1');
  expect(text).toMatch(/^v1alpha2 +grpc-go\/1.38.0 +7 +0/m);
  expect(text).toMatch(/^RunPodSandbox +network +2.5s +k8s_POD_web$/m);
  expect(text).toMatch(/^busybox +2.0KiB +3.0s$/m);
  expect(text).toMatch(/^abc +default +web +ready +1\/1/m);
});

test('rates come of two readings, and the busiest pod is first', () => {
  const reading = (id: string, timestamp: bigint, cpuNanoseconds: bigint) =>
    PodUsage.fromPartial({ id, name: id, timestamp, cpuNanoseconds, receivedBytes: cpuNanoseconds });
  const table = usageTable(
    [reading('idle', 2_000_000_000n, 0n), reading('busy', 2_000_000_000n, 500_000_000n)],
    [reading('idle', 1_000_000_000n, 0n), reading('busy', 1_000_000_000n, 0n)],
  );
  const [, first = '', second = ''] = table.split('\n');
  expect(first).toMatch(/busy +50.0%/);
  expect(second).toMatch(/idle +0.0%/);
});
