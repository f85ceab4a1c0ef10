import { readFileSync, writeFileSync } from 'node:fs';
import { hostname as hostName } from 'node:os';
import type { DnsConfig, SandboxRecord } from '../../core/model/sandbox.ts';
import type { SandboxLayout } from './layout.ts';

/** resolv.conf(5). No limit on search domains or options: the resolver has its own. */
const resolvConf = ({ servers, searches, options }: DnsConfig): string =>
  [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');

const isEmpty = ({ servers, searches, options }: DnsConfig): boolean =>
  servers.length + searches.length + options.length === 0;

/** What the pod's uts namespace is called. */
export const podHostname = ({ config }: SandboxRecord): string =>
  config.hostname === '' ? hostName() : config.hostname;

const LOCAL_HOSTS = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
ff00::0\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
`;

/** Readable by every user of the pod's containers. */
const MODE = 0o644;

/** The text of a small file of the host, or what stands for it where there is none. */
const hostFile = (path: string, otherwise: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
};

export const writeHosts = (sandbox: SandboxRecord, layout: SandboxLayout, ips: readonly string[]): void => {
  const own = ips.map((ip) => `${ip}\t${podHostname(sandbox)}\n`).join('');
  const hostNetwork = sandbox.config.security.namespaces.network === 'node';
  const content = hostNetwork ? hostFile('/etc/hosts', LOCAL_HOSTS) : LOCAL_HOSTS + own;
  writeFileSync(layout.hosts, content, { mode: MODE });
};

/** The files that its containers find in /etc; without a DNS configuration the host's own resolv.conf. */
export const writeEtcFiles = (sandbox: SandboxRecord, layout: SandboxLayout): void => {
  const { dns } = sandbox.config;
  const resolver = dns === undefined || isEmpty(dns) ? hostFile('/etc/resolv.conf', '') : resolvConf(dns);
  writeFileSync(layout.resolvConf, resolver, { mode: MODE });
  writeFileSync(layout.hostname, `${podHostname(sandbox)}\n`, { mode: MODE });
  writeHosts(sandbox, layout, []);
};
