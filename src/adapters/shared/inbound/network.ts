import { isIP } from 'node:net';
import { invalidArgument } from '../../../core/errors.ts';
import type { DnsConfig, PortMapping } from '../../../core/model/sandbox.ts';
import * as cri from '../../v1alpha2/generated/api.ts';
import { enumValue, filled, integer, word } from './rules.ts';

const protocols: Readonly<Record<Exclude<cri.Protocol, -1>, PortMapping['protocol']>> = {
  [cri.Protocol.TCP]: 'tcp',
  [cri.Protocol.UDP]: 'udp',
  [cri.Protocol.SCTP]: 'sctp',
};

const PORT = { min: 0, max: 65_535 };
const PUBLISHED_PORT = { ...PORT, min: 1 };

const portMapping = (message: cri.PortMapping, field: string): PortMapping => {
  const { protocol, containerPort, hostPort, hostIp, ...rest } = message;
  rest satisfies Record<string, never>;
  if (hostIp !== '' && isIP(hostIp) === 0) throw invalidArgument(`${field}.host_ip`, 'must be an IP address');
  const published = integer(hostPort, `${field}.host_port`, PORT);
  return {
    protocol: enumValue(protocol, `${field}.protocol`, protocols),
    containerPort: integer(containerPort, `${field}.container_port`, published === 0 ? PORT : PUBLISHED_PORT),
    hostPort: published,
    hostIp,
  };
};

/** One port of the host leads to one port of the pod: the same mapping again says nothing new, another one would never be reached. */
export const portMappings = (messages: readonly cri.PortMapping[], field: string): readonly PortMapping[] => {
  const targets = new Map<string, number>();
  return messages.flatMap((message, index) => {
    const mapping = portMapping(message, `${field}[${index}]`);
    const { protocol, hostIp, hostPort, containerPort } = mapping;
    const published = `${hostIp}:${hostPort}/${protocol}`;
    const target = targets.get(published);
    if (hostPort === 0) return [mapping];
    if (target !== undefined && target !== containerPort)
      throw invalidArgument(`${field}[${index}].host_port`, `${published} is published for port ${target} already`);
    targets.set(published, containerPort);
    return target === undefined ? [mapping] : [];
  });
};

/** Entries become words of resolv.conf: a blank or a newline in one would be another setting. */
export const dnsConfig = (message: cri.DNSConfig, field: string): DnsConfig => {
  const { servers, searches, options, ...rest } = message;
  rest satisfies Record<string, never>;
  const words = (list: readonly string[], name: string): readonly string[] =>
    list.map((value, index) => word(filled(value, `${field}.${name}[${index}]`), `${field}.${name}[${index}]`));
  return {
    servers: words(servers, 'servers'),
    searches: words(searches, 'searches'),
    options: words(options, 'options'),
  };
};

const isCidr = (text: string): boolean => {
  const [address = '', prefix = '', ...more] = text.split('/');
  const family = isIP(address);
  return family !== 0 && more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
};

/** One or more CIDRs, separated by commas. */
export const podCidr = (value: string, field: string): string => {
  if (!value.split(',').every(isCidr)) throw invalidArgument(field, 'must be CIDRs, separated by commas');
  return value;
};
