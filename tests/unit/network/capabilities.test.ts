import { describe, expect, test } from 'vitest';
import type { SandboxConfig } from '../../../src/core/model/sandbox.ts';
import { type CapabilityArgs, capabilityArgs, runtimeConfig } from '../../../src/network/capabilities.ts';
import { sandboxWith } from './support.ts';

const argsOf = (changes: Partial<SandboxConfig>, podCidrs: readonly string[] = []): CapabilityArgs =>
  capabilityArgs(sandboxWith(changes).config, podCidrs);

const ingress = (value: string): CapabilityArgs =>
  argsOf({ annotations: { 'kubernetes.io/ingress-bandwidth': value } });

describe('portMappings', () => {
  test('are the published ones, with protocol and address', () => {
    const portMappings = [
      { protocol: 'sctp', containerPort: 80, hostPort: 8080, hostIp: '127.0.0.1' },
      { protocol: 'udp', containerPort: 53, hostPort: 53, hostIp: '' },
      { protocol: 'tcp', containerPort: 81, hostPort: 0, hostIp: '' },
    ] as const;
    expect(argsOf({ portMappings })['portMappings']).toEqual([
      { hostPort: 8080, containerPort: 80, protocol: 'sctp', hostIP: '127.0.0.1' },
      { hostPort: 53, containerPort: 53, protocol: 'udp' },
    ]);
  });

  test('with an address that is none are refused', () => {
    const portMappings = [{ protocol: 'tcp', containerPort: 80, hostPort: 80, hostIp: 'localhost' }] as const;
    expect(() => argsOf({ portMappings })).toThrow('host_ip');
  });
});

describe('bandwidth', () => {
  test('of both directions, in bits', () => {
    const annotations = { 'kubernetes.io/ingress-bandwidth': '10M', 'kubernetes.io/egress-bandwidth': '1.5Mi' };
    expect(argsOf({ annotations })['bandwidth']).toEqual({
      ingressRate: 10_000_000,
      ingressBurst: 2147483647,
      egressRate: 1572864,
      egressBurst: 2147483647,
    });
  });

  test('of one direction says nothing about the other', () => {
    expect(ingress('1k')['bandwidth']).toEqual({ ingressRate: 1000, ingressBurst: 2147483647 });
  });

  test.each(['', 'fast', '999', '-1M', '1.1P'])('%j is refused', (value) => {
    expect(() => ingress(value)).toThrow('config.annotations[kubernetes.io/ingress-bandwidth]');
  });
});

test('ipRanges have a set for each CIDR', () => {
  expect(argsOf({}, ['10.0.0.0/24', 'fd00::/64'])['ipRanges']).toEqual([
    [{ subnet: '10.0.0.0/24' }],
    [{ subnet: 'fd00::/64' }],
  ]);
  expect(argsOf({})).not.toHaveProperty('ipRanges');
});

test('a plugin gets what it declares', () => {
  const args = { dns: { servers: ['1.1.1.1'] }, ipRanges: [] };
  expect(runtimeConfig({ dns: true, ipRanges: false, mac: true }, args)).toEqual({ dns: { servers: ['1.1.1.1'] } });
  expect(runtimeConfig({ toString: true }, args)).toBeUndefined();
  expect(runtimeConfig({}, args)).toBeUndefined();
});
