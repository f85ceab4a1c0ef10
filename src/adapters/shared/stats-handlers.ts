import type { Call, Engine, PodStats } from '../../core/engine.ts';
import type * as cri from '../v1alpha2/generated/api.ts';
import { containerStatsFilter, sandboxStatsFilter } from './inbound/filters.ts';
import { filled } from './inbound/rules.ts';
import type { ContainerStatsFacts } from './outbound/stats.ts';

export interface StatsMessages<Stats, PodSandboxStats> {
  readonly containerStats: (facts: ContainerStatsFacts) => Stats;
  readonly podSandboxStats: (stats: PodStats) => PodSandboxStats;
}

interface StatsRpcs<Stats, PodSandboxStats> {
  containerStats(request: cri.ContainerStatsRequest, call: Call): Promise<{ stats: Stats }>;
  listContainerStats(request: cri.ListContainerStatsRequest, call: Call): Promise<{ stats: Stats[] }>;
  podSandboxStats(request: cri.PodSandboxStatsRequest, call: Call): Promise<{ stats: PodSandboxStats }>;
  listPodSandboxStats(request: cri.ListPodSandboxStatsRequest, call: Call): Promise<{ stats: PodSandboxStats[] }>;
}

export const statsHandlers = <Stats, PodSandboxStats>(
  engine: Engine,
  { containerStats, podSandboxStats }: StatsMessages<Stats, PodSandboxStats>,
) =>
  ({
    async containerStats({ containerId, ...rest }, call) {
      rest satisfies Record<string, never>;
      return { stats: containerStats(await engine.containerStats(filled(containerId, 'container_id'), call)) };
    },

    async listContainerStats({ filter, ...rest }, call) {
      rest satisfies Record<string, never>;
      return { stats: (await engine.listContainerStats(containerStatsFilter(filter), call)).map(containerStats) };
    },

    async podSandboxStats({ podSandboxId, ...rest }, call) {
      rest satisfies Record<string, never>;
      return { stats: podSandboxStats(await engine.podSandboxStats(filled(podSandboxId, 'pod_sandbox_id'), call)) };
    },

    async listPodSandboxStats({ filter, ...rest }, call) {
      rest satisfies Record<string, never>;
      return { stats: (await engine.listPodSandboxStats(sandboxStatsFilter(filter), call)).map(podSandboxStats) };
    },
  }) satisfies StatsRpcs<Stats, PodSandboxStats>;
