import { expect, test } from 'vitest';
import { parseNetworkList } from '../../../src/network/network-list.ts';

const list = (changes: object): string =>
  JSON.stringify({ cniVersion: '1.0.0', name: 'pods', plugins: [{ type: 'bridge', mtu: 1400 }], ...changes });

test('a list keeps what its plugins are configured with', () => {
  expect(parseNetworkList(list({}), '10.conflist')).toEqual({
    name: 'pods',
    cniVersion: '1.0.0',
    plugins: [{ type: 'bridge', mtu: 1400 }],
  });
});

test.each(['a.conf', 'a.json'])('%s is a network of one plugin', (file) => {
  const one = { name: 'pods', type: 'ptp', ipam: { type: 'host-local', subnet: '10.0.0.0/24' } };
  expect(parseNetworkList(JSON.stringify(one), file)).toEqual({ name: 'pods', cniVersion: '0.1.0', plugins: [one] });
});

test.each([
  [{ cniVersion: undefined }, '0.1.0'],
  [{ cniVersion: '0.3.1' }, '0.3.1'],
  [{ cniVersion: '1.1.0' }, '1.1.0'],
  [{ cniVersion: '0.4.0', cniVersions: ['0.4.0', '1.0.0', '9.0.0'] }, '1.0.0'],
])('version of %j', (changes, version) => {
  expect(parseNetworkList(list(changes), 'a.conflist').cniVersion).toBe(version);
});

test.each([
  ['{', 'a.conflist', 'not JSON'],
  ['[]', 'a.conflist', 'configuration'],
  [list({ plugins: [] }), 'a.conflist', 'plugins'],
  [list({ plugins: undefined }), 'a.conflist', 'plugins'],
  [list({ name: '' }), 'a.conflist', 'name'],
  [list({ name: '../x' }), 'a.conflist', 'name'],
  [list({ name: undefined }), 'a.conflist', 'name'],
  [list({ cniVersion: '2.0.0' }), 'a.conflist', 'cniVersion'],
  [list({ cniVersion: 1 }), 'a.conflist', 'cniVersion'],
  [list({}), 'a.conf', 'type'],
  [list({ plugins: [{ type: '../../bin/sh' }] }), 'a.conflist', 'plugins.0.type: must be a plain file name'],
  [list({ plugins: [{ type: '..' }] }), 'a.conflist', 'plugins.0.type'],
  [list({ plugins: [{ type: 'bridge', ipam: { type: '../../bin/sh' } }] }), 'a.conflist', 'plugins.0.ipam.type'],
  [list({ plugins: [{ type: 'bridge', capabilities: { portMappings: 'yes' } }] }), 'a.conflist', 'capabilities'],
])('%s in %s is refused', (text, file, reason) => {
  expect(() => parseNetworkList(text, file)).toThrow(reason);
});
