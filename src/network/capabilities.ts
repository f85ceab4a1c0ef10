import { isIP } from 'node:net';
import { invalidArgument, messageOf } from '../core/errors.ts';
import type { PortMapping, SandboxConfig } from '../core/model/sandbox.ts';
import { parseQuantity } from './quantity.ts';

/** Values by capability (CNI conventions, "Dynamic plugin specific fields"); plugins get those that they declare. */
export type CapabilityArgs = Readonly<Record<string, unknown>>;

/** Bits: what the kubelet gave its own CNI driver, no limit in practice. */
const BURST = 2 ** 31 - 1;
const LEAST_RATE = 1_000n;
const GREATEST_RATE = 1_000_000_000_000_000n;

const rateOf = (config: SandboxConfig, direction: 'ingress' | 'egress'): number | undefined => {
  const key = `kubernetes.io/${direction}-bandwidth`;
  const text = config.annotations[key];
  if (text === undefined) return undefined;
  const field = `config.annotations[${key}]`;
  try {
    const rate = parseQuantity(text);
    if (rate >= LEAST_RATE && rate <= GREATEST_RATE) return Number(rate);
  } catch (error) {
    throw invalidArgument(field, messageOf(error));
  }
  throw invalidArgument(field, 'must be from 1k to 1P bits a second');
};

const bandwidth = (config: SandboxConfig): CapabilityArgs => {
  const ingressRate = rateOf(config, 'ingress');
  const egressRate = rateOf(config, 'egress');
  if (ingressRate === undefined && egressRate === undefined) return {};
  return {
    bandwidth: {
      ...(ingressRate !== undefined && { ingressRate, ingressBurst: BURST }),
      ...(egressRate !== undefined && { egressRate, egressBurst: BURST }),
    },
  };
};

/** portmap publishes nothing, and says nothing, for a host address that is none. */
const mapping = ({ protocol, hostPort, containerPort, hostIp }: PortMapping): Record<string, unknown> => {
  if (hostIp !== '' && isIP(hostIp) === 0)
    throw invalidArgument('config.port_mappings.host_ip', 'must be an IP address');
  return { hostPort, containerPort, protocol, ...(hostIp !== '' && { hostIP: hostIp }) };
};

const portMappings = (config: SandboxConfig): CapabilityArgs => {
  const published = config.portMappings.filter(({ hostPort }) => hostPort > 0);
  return published.length > 0 ? { portMappings: published.map(mapping) } : {};
};

/** One set of ranges for each address family. */
const ipRanges = (podCidrs: readonly string[]): CapabilityArgs =>
  podCidrs.length > 0 ? { ipRanges: podCidrs.map((subnet) => [{ subnet }]) } : {};

export const capabilityArgs = (config: SandboxConfig, podCidrs: readonly string[]): CapabilityArgs => ({
  ...portMappings(config),
  ...bandwidth(config),
  ...ipRanges(podCidrs),
  ...(config.dns && { dns: config.dns }),
  'io.kubernetes.cri.pod-annotations': config.annotations,
});

/** The arguments that a plugin declares as its capabilities; undefined: none. */
export const runtimeConfig = (
  declared: Readonly<Record<string, boolean>>,
  args: CapabilityArgs,
): CapabilityArgs | undefined => {
  const wanted = Object.entries(args).filter(([name]) => Object.hasOwn(declared, name) && declared[name] === true);
  return wanted.length > 0 ? Object.fromEntries(wanted) : undefined;
};
