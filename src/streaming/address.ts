import { type AddressInfo, BlockList, isIP, isIPv6 } from 'node:net';
import { invalidArgument } from '../core/errors.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** A token is all it takes to run commands: it does not travel in clear text beyond this host. */
export const checkAddress = (address: string, { encrypted }: { encrypted: boolean }): void => {
  const family = isIP(address);
  if (family === 0 && address !== 'localhost')
    throw invalidArgument('streaming address', 'must be an IP address or localhost');
  const local = family === 0 || loopback.check(address, family === 6 ? 'ipv6' : 'ipv4');
  if (!local && !encrypted) throw invalidArgument('streaming address', 'must be a loopback address unless TLS is on');
};

interface UrlOptions {
  readonly baseUrl?: string | undefined;
  readonly tls?: object | undefined;
}

/** Where clients reach a server that is bound to `bound`: on this host, if it is bound to every address. */
export const baseUrlOf = (bound: AddressInfo | string | null, { baseUrl, tls }: UrlOptions): URL => {
  if (baseUrl !== undefined) return new URL(baseUrl);
  if (bound === null || typeof bound === 'string') throw new TypeError('the streaming server has no port');
  const wildcard: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = wildcard[bound.address] ?? bound.address;
  return new URL(`${tls ? 'https' : 'http'}://${isIPv6(host) ? `[${host}]` : host}:${bound.port}`);
};
