import { expect, test } from 'vitest';
import { checkNeeds } from '../../../src/runtime/cdi/needs.ts';
import type { CdiEdits } from '../../../src/runtime/cdi/schema.ts';
import { NO_FEATURES, parseRuntimeFeatures } from '../../../src/runtime/spec/runtime-features.ts';

const check = (edits: CdiEdits, json?: unknown) => () =>
  checkNeeds({ name: 'v.com/c=a', edits }, json === undefined ? NO_FEATURES : parseRuntimeFeatures(json));

test.each<[string, CdiEdits, object]>([
  ['netDevices', { netDevices: [{ hostInterfaceName: 'eth1', name: 'net0' }] }, { netDevices: { enabled: true } }],
  ['intelRdt.schemata', { intelRdt: { schemata: ['L3:0=f'] } }, { intelRdt: { enabled: true, schemata: true } }],
  ['intelRdt.enableMonitoring', { intelRdt: { enableMonitoring: true } }, { intelRdt: { monitoring: true } }],
])('%s is for runtimes that say that they know it', (field, edits, linux) => {
  expect(check(edits)).toThrow(`CDI device v.com/c=a: the pod's runtime does not know ${field}`);
  expect(check(edits, { linux })).not.toThrow();
});

test('what every runtime knows needs nothing, nor does a field that asks for nothing', () => {
  const intelRdt = { closID: 'gold', enableCMT: true, schemata: [], enableMonitoring: false };
  expect(check({ env: ['A=b'], additionalGids: [7], intelRdt, netDevices: [] })).not.toThrow();
});
