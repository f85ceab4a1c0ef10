import type { ContainerRef } from '../core/ports/container-runtime.ts';
import type { ImageStore } from '../core/ports/image-store.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { Cdi } from './cdi/cdi.ts';
import type { ExpectMove } from './cgroups/expect-move.ts';
import type { CgroupHierarchy } from './cgroups/hierarchy.ts';
import { cgroupDirectory } from './cgroups/paths.ts';
import type { Roots } from './container-layout.ts';
import type { Hooks } from './hooks/schema.ts';
import type { OciRuntimes } from './oci-runtime.ts';
import type { HostFacts } from './spec/host-facts.ts';
import type { RuntimeFeatures } from './spec/runtime-features.ts';

/** What every container of this host is run with. */
export interface ContainerEnvironment {
  readonly roots: Roots;
  readonly runtimes: OciRuntimes;
  readonly cgroups: CgroupHierarchy;
  readonly expectMove: ExpectMove;
  readonly host: HostFacts;
  /** By name of the runtime. */
  readonly features: (runtime: string) => RuntimeFeatures;
  /** For image mounts. */
  readonly images: Pick<ImageStore, 'find'>;
  readonly umask: number;
  readonly cdi: Cdi;
  /** Of every container. */
  readonly hooks: Hooks;
  readonly logger: Logger;
}

/** Directory of the container's cgroup, relative to the hierarchies' roots. */
export const cgroupOf = ({ container, sandbox }: ContainerRef): string => cgroupDirectory(sandbox, container.id);
