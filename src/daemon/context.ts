import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { createClock } from '../core/clock.ts';
import type { Context } from '../core/context.ts';
import { createEvents } from '../core/events.ts';
import { createHandlers } from '../core/handlers.ts';
import { createJoins } from '../core/joins.ts';
import { createLocks } from '../core/locks.ts';
import { type ContainerRecord, isListed as isListedContainer } from '../core/model/container.ts';
import type { SandboxId } from '../core/model/ids.ts';
import { isListed as isListedSandbox, type SandboxRecord } from '../core/model/sandbox.ts';
import { createOperations, type StageHook } from '../core/operations.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { Meter } from '../core/ports/meter.ts';
import type { PodNetwork } from '../core/ports/pod-network.ts';
import type { RecordStore } from '../core/ports/record-store.ts';
import type { StreamUrls } from '../core/ports/stream-urls.ts';
import type { Tracer } from '../core/ports/tracer.ts';
import { createRegistry } from '../core/registry.ts';
import { createWaiters } from '../core/waiters.ts';
import { createImageStore } from '../images/image-store.ts';
import { createCdi, noCdi } from '../runtime/cdi/cdi.ts';
import { createExpectMove } from '../runtime/cgroups/expect-move.ts';
import { readHierarchy } from '../runtime/cgroups/hierarchy.ts';
import { createContainerRuntime } from '../runtime/container-runtime.ts';
import { readHookSpec } from '../runtime/hooks/hook-spec.ts';
import { createMetrics } from '../runtime/metrics/metrics.ts';
import { createOciRuntimes } from '../runtime/oci-runtime.ts';
import { createSandboxHost } from '../runtime/sandbox/host.ts';
import { readHostFacts } from '../runtime/spec/host-facts.ts';
import { hostLimits } from '../runtime/spec/host-limits.ts';
import { createStats } from '../runtime/stats/stats.ts';
import { readRuntimeFeatures } from './runtime-features.ts';

export interface Parts {
  readonly config: Config;
  readonly logger: Logger;
  readonly network: PodNetwork;
  readonly streams: StreamUrls;
  readonly meter: Meter;
  readonly tracer: Tracer;
  readonly sandboxStore: RecordStore<SandboxRecord>;
  readonly containerStore: RecordStore<ContainerRecord>;
  /** Faults on purpose; undefined in production. */
  readonly failpoints: StageHook | undefined;
}

/** Puts the core together with this host. */
export const createContext = async ({
  config,
  logger,
  network,
  streams,
  meter,
  tracer,
  sandboxStore,
  containerStore,
  failpoints,
}: Parts): Promise<Context> => {
  const { state, graph, cgroupParent, umask } = config;
  const clock = createClock();
  const [host, features, hooks] = await Promise.all([
    readHostFacts(),
    readRuntimeFeatures(config.runtimes, logger),
    readHookSpec(config.hookSpec),
  ]);
  const cdi = config.cdi.enabled ? createCdi(config.cdi.specDirs, logger) : noCdi(logger);
  for (const limit of hostLimits(host)) logger.warn(limit);
  const cgroups = readHierarchy();
  const expectMove = createExpectMove(cgroups);
  const cgroupDriver = config.systemdCgroup ? 'systemd' : 'cgroupfs';
  const runtimes = createOciRuntimes(config.runtimes, state);
  const images = createImageStore({
    graphRoot: join(graph, 'storage'),
    runRoot: join(state, 'storage'),
    config: config.images,
    logger,
    meter,
    now: clock.unique,
  });
  const roots = { state, graph };
  const containers = createRegistry({
    noun: 'container',
    field: 'container_id',
    store: containerStore,
    isListed: isListedContainer,
    groupOf: ({ sandboxId }) => sandboxId,
  });
  const containersOf = (pod: SandboxId) => containers.inGroup(pod).map(({ id }) => id);
  const environment = { roots, runtimes, cgroups, expectMove, host, features, images, umask, cdi, hooks, logger };
  const stats = createStats({ roots, cgroups, containersOf });
  return {
    sandboxes: createRegistry({
      noun: 'sandbox',
      field: 'pod_sandbox_id',
      store: sandboxStore,
      isListed: isListedSandbox,
    }),
    containers,
    host: createSandboxHost({
      ...{ state, cgroups, expectMove, runtime: runtimes.command },
      userNamespaces: host.userNamespaces,
    }),
    runtime: createContainerRuntime(environment),
    network,
    images,
    stats,
    metrics: createMetrics({ roots, cgroups, stats, containersOf }),
    streams,
    handlers: createHandlers({
      defaultRuntime: config.defaultRuntime,
      handlers: config.handlers,
      runtimes: Object.keys(config.runtimes),
      features: (name) => ({
        recursiveReadOnlyMounts: features(name).recursiveReadOnlyMounts,
        userNamespaces: host.userNamespaces,
      }),
    }),
    cgroupDriver,
    cgroupParent,
    podEvents: config.enablePodEvents,
    clock,
    locks: createLocks(),
    events: createEvents(),
    operations: createOperations({ hook: failpoints, meter, tracer }),
    starting: new Map(),
    removingImages: new Set(),
    stopping: new Map(),
    waiters: createWaiters(),
    sandboxJoins: createJoins(),
    containerJoins: createJoins(),
    meter,
    logger,
  };
};
