import type { Clock } from './clock.ts';
import type { Events } from './events.ts';
import type { RuntimeHandlers } from './handlers.ts';
import type { Joins } from './joins.ts';
import type { Locks } from './locks.ts';
import type { ContainerRecord } from './model/container.ts';
import type { ContainerId, ImageId, SandboxId } from './model/ids.ts';
import type { CgroupDriver, SandboxRecord } from './model/sandbox.ts';
import type { Operations } from './operations.ts';
import type { ContainerRuntime } from './ports/container-runtime.ts';
import type { ImageStore } from './ports/image-store.ts';
import type { Logger } from './ports/logger.ts';
import type { Meter } from './ports/meter.ts';
import type { Metrics } from './ports/metrics.ts';
import type { PodNetwork } from './ports/pod-network.ts';
import type { SandboxHost } from './ports/sandbox-host.ts';
import type { Stats } from './ports/stats.ts';
import type { StreamUrls } from './ports/stream-urls.ts';
import type { Registry } from './registry.ts';
import type { Waiters } from './waiters.ts';

/** A stop under way: a later one with less patience shortens it. Times are of the clock that nobody sets back. */
export interface Stopping {
  deadlineMs: number;
  readonly done: Promise<void>;
}

/** What every verb works with: the records, and the ports where the host begins. Made once, in the composition root. */
export interface Context {
  readonly sandboxes: Registry<SandboxRecord>;
  readonly containers: Registry<ContainerRecord>;
  readonly host: SandboxHost;
  readonly runtime: ContainerRuntime;
  readonly network: PodNetwork;
  readonly images: ImageStore;
  readonly stats: Stats;
  readonly metrics: Metrics;
  readonly streams: StreamUrls;
  readonly handlers: RuntimeHandlers;
  readonly cgroupDriver: CgroupDriver;
  /** Of new pods that ask for none. */
  readonly cgroupParent: string;
  /** GetContainerEvents is switched on. */
  readonly podEvents: boolean;
  readonly clock: Clock;
  readonly locks: Locks;
  readonly events: Events;
  readonly operations: Operations;
  readonly sandboxJoins: Joins<SandboxId>;
  /** Starts under way; these promises never fail. An exit waits for them, for they know whether there was a start. */
  readonly starting: Map<ContainerId, Promise<void>>;
  /** Images that are being removed: no container can be made from them any more. */
  readonly removingImages: Set<ImageId>;
  /** Stops under way. */
  readonly stopping: Map<ContainerId, Stopping>;
  /** Waiting for containers to end, and for pods to be stopped. */
  readonly waiters: Waiters;
  readonly containerJoins: Joins<ContainerId>;
  readonly meter: Meter;
  readonly logger: Logger;
}
