import { readdirSync } from 'node:fs';
import { assertNever } from '../../core/errors.ts';
import type { ContainerId, SandboxId } from '../../core/model/ids.ts';
import type { SandboxRecord } from '../../core/model/sandbox.ts';
import type { ContainerRef } from '../../core/ports/container-runtime.ts';
import type { Metric, Metrics } from '../../core/ports/metrics.ts';
import type { Stats } from '../../core/ports/stats.ts';
import { processOf } from '../../core/process-of.ts';
import { cgroupPids } from '../cgroups/cgroup.ts';
import type { CgroupHierarchy } from '../cgroups/hierarchy.ts';
import { cgroupDirectory } from '../cgroups/paths.ts';
import { layersDirectory, type Roots } from '../container-layout.ts';
import { podCgroups } from '../stats/pod-cgroup.ts';
import type { CgroupDetail } from './detail.ts';
import { readDetailV1 } from './detail-v1.ts';
import { readDetailV2 } from './detail-v2.ts';
import { readLayer } from './layers.ts';
import { OF_LAYER, OF_PROCESSES, OF_RECORD } from './of-containers.ts';
import { OF_DETAIL } from './of-detail.ts';
import { OF_NETWORK } from './of-network.ts';
import { OF_USAGE } from './of-usage.ts';
import { readProcesses } from './processes.ts';
import { descriptors, type Labels, read } from './source.ts';

export interface MetricsOptions {
  readonly roots: Roots;
  readonly cgroups: CgroupHierarchy;
  readonly stats: Stats;
  /** Containers of a pod, for pods whose cgroup is not their own. */
  readonly containersOf: (id: SandboxId) => readonly ContainerId[];
}

const readDetail = (hierarchy: CgroupHierarchy, path: string, pageSizes: readonly string[]): CgroupDetail => {
  switch (hierarchy.version) {
    case 1:
      return readDetailV1(hierarchy.mounts, { path, pageSizes });
    case 2:
      return readDetailV2(hierarchy.root, { path, pageSizes });
    default:
      return assertNever(hierarchy);
  }
};

const podLabels = ({ id, config: { metadata } }: SandboxRecord): Labels => ({
  ...{ id, name: '', image: '', container: '' },
  pod: metadata.name,
  namespace: metadata.namespace,
});

const containerLabels = ({ container, sandbox }: ContainerRef): Labels => ({
  ...podLabels(sandbox),
  id: container.id,
  name: container.name,
  image: container.imageRef,
  container: container.config.metadata.name,
});

/** `hugepages-2048kB` is the kernel's `2MB`. */
const readPageSizes = (directory = '/sys/kernel/mm/hugepages'): readonly string[] => {
  try {
    const kilobytes = readdirSync(directory).map((name) => Number(/^hugepages-(\d+)kB$/.exec(name)?.[1] ?? 0));
    return kilobytes.filter(Boolean).map((size) => (size < 2 ** 20 ? `${size / 1024}MB` : `${size / 2 ** 20}GB`));
  } catch {
    return [];
  }
};

const metricDescriptors = [
  ...descriptors(OF_USAGE),
  ...descriptors(OF_DETAIL),
  ...descriptors(OF_NETWORK),
  ...descriptors(OF_RECORD),
  ...descriptors(OF_LAYER),
  ...descriptors(OF_PROCESSES),
];

/** The metrics of this host's pods, by the same readings as their statistics. */
export const createMetrics = ({ roots, cgroups, stats, containersOf }: MetricsOptions): Metrics => {
  const pageSizes = readPageSizes();

  const sandbox = async (record: SandboxRecord): Promise<readonly Metric[]> => {
    const usage = await stats.sandbox(record);
    if (usage === undefined) return [];
    const to = { labels: podLabels(record), timestamp: usage.cpu.timestamp };
    // Figures of several cgroups do not all add up: only a pod with a cgroup of its own has them.
    const [path = '', ...others] = podCgroups(record, containersOf(record.id));
    const detail = others.length > 0 ? [] : read(OF_DETAIL, readDetail(cgroups, path, pageSizes), to);
    return [...read(OF_USAGE, usage, to), ...detail, ...read(OF_NETWORK, usage.interfaces, to)];
  };

  const container = async (ref: ContainerRef): Promise<readonly Metric[]> => {
    const usage = await stats.container(ref);
    if (usage === undefined) return [];
    const to = { labels: containerLabels(ref), timestamp: usage.cpu.timestamp };
    const path = cgroupDirectory(ref.sandbox, ref.container.id);
    const processes = await readProcesses(cgroupPids(cgroups, path), processOf(ref.container));
    const layer = await readLayer(layersDirectory(roots), usage.writableLayer);
    return [
      ...read(OF_USAGE, usage, to),
      ...read(OF_DETAIL, readDetail(cgroups, path, pageSizes), to),
      ...read(OF_RECORD, ref.container, to),
      ...read(OF_LAYER, layer, to),
      ...read(OF_PROCESSES, processes, to),
    ];
  };

  return { descriptors: metricDescriptors, sandbox, container };
};
