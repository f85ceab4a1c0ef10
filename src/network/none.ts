import { JanusError } from '../core/errors.ts';
import type { SandboxRecord } from '../core/model/sandbox.ts';
import type { PodNetwork } from '../core/ports/pod-network.ts';

/** Nobody could ever reach them. */
const refuseHostPorts = ({ config }: SandboxRecord): void => {
  if (config.portMappings.some(({ hostPort }) => hostPort > 0))
    throw new JanusError(
      'failed-precondition',
      'config.port_mappings: no network plugin that could publish them is configured',
    );
};

/** The network plugin `none`: pods have their loopback interface, and no address. */
export const noNetwork = (): PodNetwork => ({
  attach: async (sandbox) => {
    refuseHostPorts(sandbox);
    return [];
  },
  detach: async () => undefined,
  readiness: () => ({ ready: true }),
  configured: () => [],
  setPodCidr: () => undefined,
});
