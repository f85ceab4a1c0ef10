import { BlockList, isIP } from 'node:net';
import type { ImagesConfig } from '../config/config.ts';

type Registries = Pick<ImagesConfig, 'registryMirrors' | 'insecureRegistries'>;

/**
 * The content of a containers-registries.conf(5) file for a pull from one registry: docker.io's mirrors, which fall back to
 * itself, and whether plain HTTP and unknown certificates are allowed. Nothing to say: undefined.
 */
export const registriesConf = (config: Registries, registry: string): string | undefined => {
  const mirrors = registry === 'docker.io' ? config.registryMirrors : [];
  const insecure = isInsecure(config.insecureRegistries, registry);
  if (mirrors.length === 0 && !insecure) return undefined;
  const tables = mirrors.map((url) => mirrorTable(config, url));
  return ['[[registry]]', ...location(registry, insecure), ...tables.flat(), ''].join('\n');
};

const mirrorTable = (config: Registries, url: string): readonly string[] => {
  const place = url.replace(/^[a-z]+:\/\//i, '').replace(/\/+$/, '');
  const [host = ''] = place.split('/', 1);
  const insecure = /^http:/i.test(url) || isInsecure(config.insecureRegistries, host);
  return ['[[registry.mirror]]', ...location(place, insecure)];
};

// A JSON string is a TOML basic string.
const location = (place: string, insecure: boolean): readonly string[] => [
  `location = ${JSON.stringify(place)}`,
  `insecure = ${insecure}`,
];

/** An entry is `host`, which means each of its ports, `host:port`, or a CIDR, which registries named by address are held to. */
const isInsecure = (entries: readonly string[], registry: string): boolean => {
  const { hostname, bare } = hostOf(registry);
  return entries.some((entry) => entry === registry || entry === hostname || contains(entry, bare));
};

const hostOf = (registry: string): { hostname: string; bare: string } => {
  const hostname = registry.replace(/:[0-9]+$/, '');
  return { hostname, bare: hostname.replace(/^\[|\]$/g, '') };
};

const contains = (cidr: string, address: string): boolean => {
  const [network = '', bits = ''] = cidr.split('/');
  const family = isIP(network);
  if (family === 0 || family !== isIP(address) || !/^[0-9]{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return list.check(address, type);
};
