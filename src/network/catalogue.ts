import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { NetworkReadiness } from '../core/ports/pod-network.ts';
import { findPlugin } from './find-plugin.ts';
import type { NetworkList } from './network-list.ts';
import { readNetworks, type Skipped } from './read-networks.ts';
import { watchDirectory } from './watch-directory.ts';

/** The networks that are configured at this moment. */
export interface Catalogue {
  /** In the order of their files: the first is the default network. */
  networks(): readonly NetworkList[];
  readiness(): NetworkReadiness;
  close(): void;
}

export interface CatalogueOptions {
  readonly confDir: string;
  readonly binDirs: readonly string[];
  readonly logger: Logger;
}

const notReady = (message: string): NetworkReadiness => ({ ready: false, reason: 'NetworkPluginNotReady', message });

const checkReadiness = (network: NetworkList | undefined, { confDir, binDirs }: CatalogueOptions): NetworkReadiness => {
  if (!network) return notReady(`cni is not initialized: no network configuration in ${confDir}`);
  try {
    for (const { type } of network.plugins) findPlugin(type, binDirs);
    return { ready: true };
  } catch (error) {
    return notReady(`cni network ${JSON.stringify(network.name)} is not usable: ${messageOf(error)}`);
  }
};

/** Says what is skipped when it is new or was changed, not every time it is read. */
const createComplaints = (logger: Logger): ((skipped: readonly Skipped[]) => void) => {
  let told = new Set<string>();
  return (skipped) => {
    const keyed = skipped.map((entry) => ({
      ...entry,
      key: JSON.stringify([entry.file, entry.reason, entry.edition]),
    }));
    for (const { file, reason, key } of keyed) {
      if (!told.has(key)) logger.warn('CNI configuration is skipped', { file, reason });
    }
    told = new Set(keyed.map(({ key }) => key));
  };
};

/** Reads the configurations at once, and again whenever they change. */
export const openCatalogue = (options: CatalogueOptions): Catalogue => {
  const { confDir, logger } = options;
  const complain = createComplaints(logger);
  let networks: readonly NetworkList[] = [];
  let readiness: NetworkReadiness = notReady('cni is not initialized');

  const look = (): void => {
    const files = readNetworks(confDir);
    const before = networks[0]?.name;
    complain(files.skipped);
    readiness = checkReadiness(files.networks[0], options);
    networks = files.networks;
    const name = networks[0]?.name;
    if (name !== before) logger.info('CNI default network changed', { network: name ?? '', was: before ?? '' });
  };

  const watch = watchDirectory(confDir, look);
  return {
    networks: () => networks,
    readiness: () => readiness,
    close: () => watch.close(),
  };
};
