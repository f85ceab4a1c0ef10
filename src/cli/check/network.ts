import type { NetworkConfig } from '../../config/config.ts';
import { messageOf } from '../../core/errors.ts';
import { findPlugin } from '../../network/find-plugin.ts';
import { readNetworks } from '../../network/read-networks.ts';
import { error, type Finding, ok, warning } from './finding.ts';

const PLUGINS = 'install the plugins (apt-get install containernetworking-plugins) or correct "cni-bin-dir"';

const missing = (type: string, binDirs: readonly string[]): readonly Finding[] => {
  try {
    findPlugin(type, binDirs);
    return [];
  } catch (failure) {
    return [error('network', messageOf(failure), PLUGINS)];
  }
};

/** CNI's configuration, and the plugins that it names. */
export const checkNetwork = ({ plugin, confDir, binDirs }: NetworkConfig): readonly Finding[] => {
  if (plugin === 'none')
    return [
      warning('network', 'pods have loopback only', 'set "network-plugin": "cni" for pods that are to be reached'),
    ];
  const { networks, skipped } = readNetworks(confDir);
  const bad = skipped.map(({ file, reason }) =>
    warning('network', `${file} is skipped: ${reason}`, 'correct or remove the file'),
  );
  const [first] = networks;
  if (first === undefined)
    return [
      ...bad,
      error(
        'network',
        `no network configuration in ${confDir}`,
        'install a network add-on, or write a .conflist there',
      ),
    ];
  const found = first.plugins.flatMap(({ type }) => missing(type, binDirs));
  return found.length > 0
    ? [...bad, ...found]
    : [...bad, ok('network', `${first.name}: ${first.plugins.map(({ type }) => type).join(', ')}`)];
};
