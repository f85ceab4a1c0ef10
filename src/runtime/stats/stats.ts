import { join } from 'node:path';
import { assertNever } from '../../core/errors.ts';
import type { ContainerId, SandboxId } from '../../core/model/ids.ts';
import type { CgroupUsage, Stats } from '../../core/ports/stats.ts';
import { mountpointOf } from '../../host/mountpoint.ts';
import type { CgroupHierarchy } from '../cgroups/hierarchy.ts';
import { cgroupDirectory } from '../cgroups/paths.ts';
import { containerLayout, layersDirectory, type Roots } from '../container-layout.ts';
import { idsIn } from '../leftovers.ts';
import { walkWithDu } from './disk-usage.ts';
import { createLayerUsage } from './layer-usage.ts';
import { readInterfaces } from './network.ts';
import { podCgroups } from './pod-cgroup.ts';
import { readV1 } from './read-v1.ts';
import { readV2 } from './read-v2.ts';
import { createSampler } from './sampler.ts';
import { sumOf } from './sum.ts';
import { createTurns } from './turns.ts';

export interface StatsOptions {
  readonly roots: Roots;
  readonly cgroups: CgroupHierarchy;
  /** Containers of a pod, for pods whose cgroup is not their own. */
  readonly containersOf: (id: SandboxId) => readonly ContainerId[];
}

const epoch = (): bigint => BigInt(Date.now()) * 1_000_000n;
const elapsed = (): number => performance.now();

const readCgroup = (hierarchy: CgroupHierarchy, path: string): CgroupUsage | undefined => {
  switch (hierarchy.version) {
    case 1:
      return readV1(hierarchy.mounts, path, epoch());
    case 2:
      return readV2(hierarchy.root, path, epoch());
    default:
      return assertNever(hierarchy);
  }
};

const layerUsage = (roots: Roots) =>
  createLayerUsage({
    mountpoint: mountpointOf(layersDirectory(roots)),
    directoryOf: (id) => join(containerLayout(roots, id).layer, 'upper'),
    ids: () => idsIn(layersDirectory(roots)),
    walk: walkWithDu,
    now: elapsed,
    timestamp: epoch,
  });

export const createStats = ({ roots, cgroups, containersOf }: StatsOptions): Stats => {
  const takeTurn = createTurns(elapsed);
  const sample = createSampler(elapsed, takeTurn);
  const layers = layerUsage(roots);

  const readPod = (paths: readonly string[]): CgroupUsage | undefined => {
    const [only, ...others] = paths;
    if (only !== undefined && others.length === 0) return readCgroup(cgroups, only);
    return sumOf(paths.flatMap((path) => readCgroup(cgroups, path) ?? []));
  };

  return {
    container: async ({ container, sandbox }) => {
      const path = cgroupDirectory(sandbox, container.id);
      const [usage, writableLayer] = await Promise.all([
        sample(container.id, () => readCgroup(cgroups, path)),
        layers.of(container.id),
      ]);
      return usage && { ...usage, writableLayer };
    },
    sandbox: async (sandbox) => {
      const usage = await sample(sandbox.id, () => readPod(podCgroups(sandbox, containersOf(sandbox.id))));
      return usage && { ...usage, interfaces: await takeTurn(() => readInterfaces(sandbox)) };
    },
    writableLayers: () => layers.total(),
  };
};
