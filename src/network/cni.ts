import { mkdir } from 'node:fs/promises';
import { createLimit } from '../core/limit.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { ConfiguredNetwork, PodNetwork } from '../core/ports/pod-network.ts';
import { attach } from './attach.ts';
import { openCatalogue } from './catalogue.ts';
import type { Context } from './context.ts';
import { detach } from './detach.ts';
import { openKeptNetworks } from './kept.ts';
import type { NetworkList } from './network-list.ts';
import { createPodCidr } from './pod-cidr.ts';

export interface CniOptions {
  readonly confDir: string;
  /** Searched in order. */
  readonly binDirs: readonly string[];
  /** Outlives daemon and machine: what DEL needs. Made if it is not there. */
  readonly cacheDir: string;
  readonly logger: Logger;
  /** For one plugin to do one verb; default 60 s. */
  readonly timeoutMs?: number;
}

const summary = ({ name, cniVersion, plugins }: NetworkList): ConfiguredNetwork => ({
  name,
  cniVersion,
  plugins: plugins.map(({ type }) => type),
});

/** Plugins start iptables by the dozen, which queue for one lock: more at once is no faster. */
const PODS_AT_ONCE = 16;
const TIMEOUT_MS = 60_000;

/** Pod networks by CNI plugins. `close` ends the watching of the configuration; calls under way go on. */
export const createCniNetwork = async (options: CniOptions): Promise<PodNetwork & { close(): void }> => {
  const { confDir, binDirs, cacheDir, logger, timeoutMs = TIMEOUT_MS } = options;
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  const podCidr = createPodCidr(cacheDir);
  const kept = await openKeptNetworks(cacheDir);
  const catalogue = openCatalogue({ confDir, binDirs, logger });
  const context: Context = { catalogue, kept, host: { binDirs, timeoutMs }, logger, podCidrs: podCidr.get };
  const limited = createLimit(PODS_AT_ONCE);
  return {
    attach: (sandbox, netns, options) => limited(options.signal, () => attach({ sandbox, netns, ...options }, context)),
    detach: (sandbox, netns, options) => limited(options.signal, () => detach({ sandbox, netns, ...options }, context)),
    readiness: catalogue.readiness,
    configured: () => catalogue.networks().map(summary),
    setPodCidr: podCidr.set,
    close: catalogue.close,
  };
};
