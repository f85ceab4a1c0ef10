import type { Engine } from '../../core/engine.ts';
import { optionalResources } from '../shared/inbound/resources.ts';
import { absolutePath, filled, integer, NOT_NEGATIVE } from '../shared/inbound/rules.ts';
import { runtimeHandlers as sharedHandlers } from '../shared/runtime-service.ts';
import type { Handlers } from '../shared/service.ts';
import type { ListEncodings, RuntimeService } from './definition.ts';
import { containerEvents, hasEvents } from './events.ts';
import { containerConfig } from './inbound/container-config.ts';
import { sandboxConfig } from './inbound/sandbox-config.ts';
import { listStreams } from './list-streams.ts';
import { containerStatus } from './outbound/container.ts';
import { podView } from './outbound/events.ts';
import { metricDescriptor, podSandboxMetrics } from './outbound/metrics.ts';
import { containerStats, podSandboxStats } from './outbound/stats.ts';
import { runtimeConfigResponse, statusResponse } from './outbound/status.ts';

type RuntimeHandlers = Handlers<RuntimeService>;

const messages = { sandboxConfig, containerConfig, containerStatus, containerStats, podSandboxStats };

/** What v1 adds to v1alpha2's RPCs, or answers more fully. */
const added = (engine: Engine) =>
  ({
    async status({ verbose, ...rest }) {
      rest satisfies Record<string, never>;
      return statusResponse(await engine.status(), verbose);
    },

    async runtimeConfig() {
      return runtimeConfigResponse(await engine.status());
    },

    async checkpointContainer({ containerId, location, timeout, ...rest }, call) {
      rest satisfies Record<string, never>;
      const request = {
        location: absolutePath(location, 'location'),
        timeoutSeconds: integer(timeout, 'timeout', NOT_NEGATIVE),
      };
      await engine.checkpointContainer(filled(containerId, 'container_id'), request, call);
      return {};
    },

    async listMetricDescriptors() {
      return { descriptors: engine.metricDescriptors().map(metricDescriptor) };
    },

    async listPodSandboxMetrics(_request, call) {
      return { podMetrics: (await engine.listPodSandboxMetrics(call)).map(podSandboxMetrics) };
    },

    getContainerEvents: (_request, call) => containerEvents(engine, call),

    async updatePodSandboxResources({ podSandboxId, overhead, resources, ...rest }, call) {
      rest satisfies Record<string, never>;
      const update = {
        overhead: optionalResources(overhead, 'overhead'),
        resources: optionalResources(resources, 'resources'),
      };
      await engine.updatePodSandboxResources(filled(podSandboxId, 'pod_sandbox_id'), update, call);
      return {};
    },
  }) satisfies Partial<RuntimeHandlers>;

export const runtimeHandlers = (engine: Engine, lists: ListEncodings): RuntimeHandlers => {
  const shared = sharedHandlers(engine, 'v1', messages);
  const events = hasEvents(engine);
  return {
    ...shared,
    ...added(engine),
    ...listStreams(engine, lists),

    async podSandboxStatus(request) {
      // A timestamp promises events, so without them there is none.
      const pod = events
        ? podView(engine.podSandbox(filled(request.podSandboxId, 'pod_sandbox_id')))
        : { containersStatuses: [], timestamp: 0n };
      return { ...(await shared.podSandboxStatus(request)), ...pod };
    },
  };
};
