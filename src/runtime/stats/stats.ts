import { statfs } from 'node:fs/promises';
import type { Stats } from '../../core/ports/stats.ts';
import type { CgroupHierarchy } from '../cgroups/hierarchy.ts';
import { layersDirectory, type Roots } from '../container-layout.ts';

export interface StatsOptions {
  readonly roots: Roots;
  readonly cgroups: CgroupHierarchy;
  readonly cgroupParent: string;
}

export const createStats = ({ roots }: StatsOptions): Stats => ({
  container: async () => undefined,
  sandbox: async () => undefined,
  writableLayers: async () => {
    const { blocks, bfree, bsize, files, ffree } = await statfs(roots.graph);
    return { timestamp: BigInt(Date.now()) * 1_000_000n, mountpoint: layersDirectory(roots), usedBytes: (blocks - bfree) * bsize, inodesUsed: files - ffree };
  },
});
