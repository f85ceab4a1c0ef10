import type { Engine } from '../../core/engine.ts';
import { type ContainerMessages, containerHandlers } from './container-handlers.ts';
import { podCidr } from './inbound/network.ts';
import { statusResponse } from './outbound/status.ts';
import { type SandboxMessages, sandboxHandlers } from './sandbox-handlers.ts';
import type { CriVersion } from './service.ts';
import { sessionHandlers } from './session-handlers.ts';
import { type StatsMessages, statsHandlers } from './stats-handlers.ts';
import type { Shared } from './v1alpha2.ts';

/** Version of the kubelet's side of CRI; clients compare it. */
const KUBELET_API_VERSION = '0.1.0';

const nodeHandlers = (engine: Engine, version: CriVersion) =>
  ({
    async version() {
      return {
        version: KUBELET_API_VERSION,
        runtimeName: 'janus',
        runtimeVersion: engine.version,
        runtimeApiVersion: version,
      };
    },

    async status({ verbose, ...rest }) {
      rest satisfies Record<string, never>;
      return statusResponse(await engine.status(), verbose);
    },

    async updateRuntimeConfig({ runtimeConfig, ...rest }) {
      rest satisfies Record<string, never>;
      const cidr = runtimeConfig?.networkConfig?.podCidr ?? '';
      if (cidr !== '') {
        engine.updateRuntimeConfig({ podCidr: podCidr(cidr, 'runtime_config.network_config.pod_cidr') });
      }
      return {};
    },
  }) satisfies Shared<'version' | 'status' | 'updateRuntimeConfig'>;

/** The mappings of messages in which versions differ; all others are v1alpha2's. */
export type RuntimeMessages<Sandbox, Config, Status, Stats, PodStats> = SandboxMessages<Sandbox> &
  ContainerMessages<Config, Status> &
  StatsMessages<Stats, PodStats>;

/** RuntimeService with the RPCs of v1alpha2, which v1 has too. */
export const runtimeHandlers = <Sandbox, Config, Status, Stats, PodStats>(
  engine: Engine,
  version: CriVersion,
  messages: RuntimeMessages<Sandbox, Config, Status, Stats, PodStats>,
) => ({
  ...nodeHandlers(engine, version),
  ...sandboxHandlers(engine, messages),
  ...containerHandlers(engine, messages),
  ...sessionHandlers(engine),
  ...statsHandlers(engine, messages),
});
