import type { Engine } from '../../core/engine.ts';
import { containerFilter, containerStatsFilter, sandboxFilter, sandboxStatsFilter } from '../shared/inbound/filters.ts';
import type { Handlers } from '../shared/service.ts';
import type { ListEncodings, RuntimeService } from './definition.ts';
import { containerStats, podSandboxStats } from './outbound/stats.ts';
import { parts } from './parts.ts';

/** Bytes of one message of a streamed list: well under what clients accept. */
const MESSAGE_BYTES = 1024 * 1024;

type ListStream = 'streamPodSandboxes' | 'streamContainers' | 'streamContainerStats' | 'streamPodSandboxStats';

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
  }) satisfies Pick<Handlers<RuntimeService>, ListStream>;
