import { JanusError } from '../core/errors.ts';
import type { SandboxRecord } from '../core/model/sandbox.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { Staged } from '../core/stages.ts';
import type { Catalogue } from './catalogue.ts';
import type { KeptNetworks } from './kept.ts';
import { planNetworks, unpublishedPorts } from './plan.ts';
import type { KeptNetwork } from './planned.ts';
import type { PluginHost } from './plugin.ts';

/** What lives as long as the daemon. */
export interface Context {
  readonly catalogue: Catalogue;
  readonly kept: KeptNetworks;
  readonly host: PluginHost;
  readonly logger: Logger;
  podCidrs(): readonly string[];
}

export interface PodCall<S extends string = never> extends Staged<S> {
  readonly sandbox: SandboxRecord;
  /** Path of the pod's network namespace. */
  readonly netns: string;
}

/** The pod's networks by the present configuration, not added yet. */
export const plan = (sandbox: SandboxRecord, { catalogue, podCidrs, logger }: Context): readonly KeptNetwork[] => {
  const readiness = catalogue.readiness();
  if (!readiness.ready) throw new JanusError('failed-precondition', readiness.message);
  const planned = planNetworks(sandbox, { networks: catalogue.networks(), podCidrs: podCidrs() });
  const unpublished = unpublishedPorts(planned, sandbox.config);
  if (unpublished.length > 0)
    logger.warn('no plugin has the capability portMappings: host ports are left to the network', {
      id: sandbox.id,
      ports: unpublished,
    });
  return planned.map((network) => ({ ...network, result: undefined }));
};
