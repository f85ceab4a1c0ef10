import { expect, test } from 'vitest';
import { type NetworkList, parseNetworkList } from '../../../src/network/network-list.ts';
import { NETWORKS_ANNOTATION, planNetworks, unpublishedPorts } from '../../../src/network/plan.ts';
import type { PlannedNetwork } from '../../../src/network/planned.ts';
import { sandboxWith } from './support.ts';

const network = (name: string, capabilities: object = {}): NetworkList =>
  parseNetworkList(
    JSON.stringify({ cniVersion: '1.0.0', name, plugins: [{ type: 'bridge', capabilities }] }),
    'a.conflist',
  );

const networks = [network('pods'), network('red'), network('blue')];
const asked = (value: unknown): readonly PlannedNetwork[] =>
  planNetworks(
    sandboxWith({ annotations: { [NETWORKS_ANNOTATION]: typeof value === 'string' ? value : JSON.stringify(value) } }),
    {
      networks,
      podCidrs: [],
    },
  );
const shape = (planned: readonly PlannedNetwork[]): unknown => planned.map((one) => [one.network, one.interfaceName]);

test('a pod that asks for nothing is in the default network', () => {
  expect(shape(asked(''))).toEqual([['pods', 'eth0']]);
});

test('other networks follow, on interfaces of their own', () => {
  expect(shape(asked([{ name: 'red' }, { name: 'blue', interface: 'eth1' }, { name: 'red', interface: '' }]))).toEqual([
    ['pods', 'eth0'],
    ['red', 'eth2'],
    ['blue', 'eth1'],
    ['red', 'eth3'],
  ]);
});

test('the default network may be listed, and joined a second time on another interface', () => {
  expect(
    shape(asked([{ name: 'pods', interface: 'eth0' }, { name: 'pods' }, { name: 'pods', interface: 'net9' }])),
  ).toEqual([
    ['pods', 'eth0'],
    ['pods', 'net9'],
  ]);
});

test.each([
  '{',
  '{}',
  '[{}]',
  '[{"name":1}]',
  [{ name: 'red', interface: 'eth0' }],
  [{ name: 'red', interface: 'lo' }],
  [{ name: 'red', interface: 'a/b' }],
  [{ name: 'red', interface: '..' }],
  [{ name: 'red', interface: 'has blank' }],
  [{ name: 'red', interface: 'sixteen-letters-' }],
  [
    { name: 'red', interface: 'x' },
    { name: 'blue', interface: 'x' },
  ],
  Array.from({ length: 33 }, () => ({ name: 'red' })),
])('%j is refused', (value) => {
  expect(() => asked(value)).toThrow(expect.objectContaining({ kind: 'invalid-argument' }));
});

test('a network that is not configured is named', () => {
  expect(() => asked([{ name: 'green' }])).toThrow(
    expect.objectContaining({ kind: 'failed-precondition', message: expect.stringContaining('"green"') }),
  );
});

test('arguments tell the pod', () => {
  const sandbox = sandboxWith();
  expect(planNetworks(sandbox, { networks, podCidrs: [] })[0]?.args).toBe(
    `IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=${sandbox.id};K8S_POD_UID=u-1`,
  );
});

test.each(['a;b', 'a=b', 'a\0b'])('%j would break the arguments', (name) => {
  const sandbox = sandboxWith({ metadata: { name, uid: 'u', namespace: 'n', attempt: 0 } });
  expect(() => planNetworks(sandbox, { networks, podCidrs: [] })).toThrow('config.metadata.name');
});

test('plugins get the list’s name and version', () => {
  expect(asked('')[0]?.plugins[0]?.config).toMatchObject({ type: 'bridge', name: 'pods', cniVersion: '1.0.0' });
});

test.each([
  [{}, [8080]],
  [{ portMappings: true }, []],
])('a network with the capabilities %j leaves the host ports %j to nobody', (capabilities, ports) => {
  const sandbox = sandboxWith({
    portMappings: [
      { protocol: 'tcp', containerPort: 80, hostPort: 8080, hostIp: '' },
      { protocol: 'tcp', containerPort: 81, hostPort: 0, hostIp: '' },
    ],
  });
  const planned = planNetworks(sandbox, { networks: [network('pods', capabilities)], podCidrs: [] });
  expect(unpublishedPorts(planned, sandbox.config)).toEqual(ports);
});

test('host ports and the CIDRs of the node are the default network’s, bandwidth is of each', () => {
  const all = { portMappings: true, ipRanges: true, bandwidth: true };
  const sandbox = sandboxWith({
    portMappings: [{ protocol: 'tcp', containerPort: 80, hostPort: 8080, hostIp: '' }],
    annotations: { [NETWORKS_ANNOTATION]: '[{"name":"red"}]', 'kubernetes.io/ingress-bandwidth': '1M' },
  });
  const configured = { networks: [network('pods', all), network('red', all)], podCidrs: ['10.1.0.0/24'] };
  const given = planNetworks(sandbox, configured).map(({ plugins }) => plugins[0]?.config['runtimeConfig'] ?? {});
  expect(given.map((each) => Object.keys(each).sort())).toEqual([
    ['bandwidth', 'ipRanges', 'portMappings'],
    ['bandwidth'],
  ]);
});
