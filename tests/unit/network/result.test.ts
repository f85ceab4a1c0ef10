import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JanusError } from '../../../src/core/errors.ts';
import { parseResult, podAddresses } from '../../../src/network/result.ts';

const pod = { netns: '/run/netns/x', interfaceName: 'eth0' };
const addresses = (result: object, version = '1.0.0'): readonly string[] =>
  podAddresses(parseResult(JSON.stringify(result), version), pod);

describe('addresses', () => {
  test('of 0.1.0 and 0.2.0 are those of ip4 and ip6', () => {
    const legacy = { ip4: { ip: '10.1.2.3/24', gateway: '10.1.2.1' }, ip6: { ip: 'fd00::3/64' } };
    expect(addresses({ cniVersion: '0.2.0', ...legacy })).toEqual(['10.1.2.3', 'fd00::3']);
    expect(addresses(legacy, '0.1.0')).toEqual(['10.1.2.3', 'fd00::3']);
  });

  test('keep the order of the plugin', () => {
    const ips = [
      { version: '6', address: 'fd00::3/64' },
      { version: '4', address: '10.1.2.3/24' },
    ];
    expect(addresses({ cniVersion: '0.4.0', ips })).toEqual(['fd00::3', '10.1.2.3']);
  });

  test('of the host side of a link are not the pod’s', () => {
    const interfaces = [{ name: 'cni0' }, { name: 'eth0', sandbox: '' }, { name: 'eth0', sandbox: pod.netns }];
    const ips = [0, 1, 2].map((index) => ({ address: `10.1.2.${index}/24`, interface: index }));
    expect(addresses({ cniVersion: '1.0.0', interfaces, ips })).toEqual(['10.1.2.2']);
  });

  test('count when the plugin writes the namespace in its own way, or names no interface', () => {
    const interfaces = [{ name: 'eth0', sandbox: '/var/run/netns/x' }];
    const ips = [
      { address: '10.1.2.3/24', interface: 0 },
      { address: '10.1.2.4/24', interface: null },
    ];
    expect(addresses({ interfaces, ips })).toEqual(['10.1.2.3', '10.1.2.4']);
  });
});

test('a result without version is of the configuration’s, and goes on with it and all its fields', () => {
  const { raw } = parseResult('{"ips":[],"own":{"deep":[1]}}', '0.4.0');
  expect(raw).toEqual({ cniVersion: '0.4.0', ips: [], own: { deep: [1] } });
});

test.each([
  '',
  'null',
  '[]',
  '"text"',
  '{"ips":[',
  '{"cniVersion":"9.9.9"}',
  '{"cniVersion":1}',
  '{"ips":{}}',
  '{"ips":[{}]}',
  '{"ips":[{"address":"10.1.2.3"}]}',
  '{"ips":[{"address":"10.1.2.3/33"}]}',
  '{"ips":[{"address":"10.1.2.300/24"}]}',
  '{"ips":[{"address":"fe80::1%eth0/64"}]}',
  '{"ips":[{"address":"10.1.2.3/24","interface":0}]}',
  '{"interfaces":[{"name":"a"}],"ips":[{"address":"10.1.2.3/24","interface":-1}]}',
  '{"interfaces":[{"name":"a"}],"ips":[{"address":"10.1.2.3/24","interface":0.5}]}',
  `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
])('%.60s is no result', (text) => {
  expect(() => parseResult(text, '1.0.0')).toThrow(/^(the )?result/);
});

const near = fc.record(
  {
    cniVersion: fc.oneof(fc.constantFrom('0.1.0', '0.2.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0', '7'), fc.anything()),
    ip4: fc.oneof(fc.record({ ip: fc.oneof(fc.constant('10.0.0.1/8'), fc.string()) }), fc.anything()),
    interfaces: fc.oneof(
      fc.array(fc.oneof(fc.record({ name: fc.string(), sandbox: fc.string() }), fc.anything())),
      fc.anything(),
    ),
    ips: fc.oneof(
      fc.array(
        fc.record({
          address: fc.constantFrom('10.0.0.1/8', 'fd00::1/64', 'x'),
          interface: fc.oneof(fc.integer({ min: -1, max: 2 }), fc.anything()),
        }),
      ),
      fc.anything(),
    ),
  },
  { requiredKeys: [] },
);
/** Right in all but that addresses may be of interfaces which are not there. */
const almost = fc.record(
  {
    cniVersion: fc.constantFrom('0.3.1', '0.4.0', '1.0.0', '1.1.0'),
    interfaces: fc.array(fc.record({ name: fc.string(), sandbox: fc.constantFrom('', pod.netns, '/x') }), {
      maxLength: 2,
    }),
    ips: fc.array(
      fc.record({ address: fc.constantFrom('10.0.0.1/8', 'fd00::1/64'), interface: fc.integer({ min: -1, max: 2 }) }),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ['cniVersion'] },
);
const printed = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
};

test('whatever a plugin prints is a result or an internal error', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), near.map(printed), almost.map(printed)), (text) => {
      try {
        return podAddresses(parseResult(text, '1.0.0'), pod).every((ip) => !ip.includes('/'));
      } catch (error) {
        return error instanceof JanusError && error.kind === 'internal';
      }
    }),
    { numRuns: 500 },
  );
});
