import type { Engine } from '../../core/engine.ts';
import { containerFilter, containerStatsFilter, sandboxFilter, sandboxStatsFilter } from '../shared/inbound/filters.ts';
import type { Handlers } from '../shared/service.ts';
import type { ListEncodings, RuntimeService } from './definition.ts';
import { podSandboxMetrics } from './outbound/metrics.ts';
import { containerStats, podSandboxStats } from './outbound/stats.ts';
import { parts } from './parts.ts';

/** Bytes of one message of a streamed list: well under what clients accept. */
const MESSAGE_BYTES = 1024 * 1024;

/** A pod has thousands of bytes of metrics for each of its containers: a message has few pods. */
const PODS_A_MESSAGE = 16;

type ListStream =
  | 'streamPodSandboxes'
  | 'streamContainers'
  | 'streamContainerStats'
  | 'streamPodSandboxStats'
  | 'streamPodSandboxMetrics';

/** The lists again, in parts. */
export const listStreams = (engine: Engine, { sandboxes, containers }: ListEncodings) =>
  ({
    async *streamPodSandboxes({ filter, ...rest }) {
      rest satisfies Record<string, never>;
      yield* sandboxes.chunks(engine.listPodSandboxes(sandboxFilter(filter)), MESSAGE_BYTES);
    },

    async *streamContainers({ filter, ...rest }) {
      rest satisfies Record<string, never>;
      yield* containers.chunks(engine.listContainers(containerFilter(filter)), MESSAGE_BYTES);
    },

    async *streamContainerStats({ filter, ...rest }, call) {
      rest satisfies Record<string, never>;
      const stats = await engine.listContainerStats(containerStatsFilter(filter), call);
      for (const part of parts(stats)) yield { containerStats: part.map(containerStats) };
    },

    async *streamPodSandboxStats({ filter, ...rest }, call) {
      rest satisfies Record<string, never>;
      const stats = await engine.listPodSandboxStats(sandboxStatsFilter(filter), call);
      for (const part of parts(stats)) yield { podSandboxStats: part.map(podSandboxStats) };
    },

    async *streamPodSandboxMetrics(_request, call) {
      const metrics = await engine.listPodSandboxMetrics(call);
      for (const part of parts(metrics, PODS_A_MESSAGE)) yield { podSandboxMetrics: part.map(podSandboxMetrics) };
    },
  }) satisfies Pick<Handlers<RuntimeService>, ListStream>;
