import type { PodNetwork } from '../core/ports/pod-network.ts';

/** The network plugin `none`: pods have their loopback interface, and no address. */
export const noNetwork = (): PodNetwork => ({
  attach: async () => [],
  detach: async () => undefined,
  readiness: () => ({ ready: true }),
  setPodCidr: () => undefined,
});
