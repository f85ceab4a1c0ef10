import { createClock } from '../../../../src/core/clock.ts';
import type { Context } from '../../../../src/core/context.ts';
import { createEngine } from '../../../../src/core/create-engine.ts';
import type { Call, Engine } from '../../../../src/core/engine.ts';
import { createEvents } from '../../../../src/core/events.ts';
import { followExits } from '../../../../src/core/exits.ts';
import { createHandlers } from '../../../../src/core/handlers.ts';
import { createJoins } from '../../../../src/core/joins.ts';
import { createLocks } from '../../../../src/core/locks.ts';
import {
  type ContainerConfig,
  type ContainerRecord,
  isListed as isListedContainer,
} from '../../../../src/core/model/container.ts';
import type { ContainerId, SandboxId } from '../../../../src/core/model/ids.ts';
import {
  isListed as isListedSandbox,
  type SandboxConfig,
  type SandboxRecord,
} from '../../../../src/core/model/sandbox.ts';
import { createOperations } from '../../../../src/core/operations.ts';
import { silent } from '../../../../src/core/ports/logger.ts';
import { noMeter } from '../../../../src/core/ports/meter.ts';
import type { Metric } from '../../../../src/core/ports/metrics.ts';
import { createRegistry } from '../../../../src/core/registry.ts';
import { createWaiters } from '../../../../src/core/waiters.ts';
import { createFakeHost, type FakeHost } from './host.ts';
import { createFakeImages, type FakeImages } from './images.ts';
import { containerConfig, podConfig } from './records.ts';
import { createFakeRuntime, type FakeRuntime } from './runtime.ts';
import { createScript, type Script } from './script.ts';
import { createFakeStore, type FakeStore } from './store.ts';

/** The core with fakes behind its ports. */
export interface Bed {
  readonly ctx: Context;
  readonly engine: Engine;
  readonly script: Script;
  readonly host: FakeHost;
  readonly runtime: FakeRuntime;
  readonly images: FakeImages;
  readonly sandboxStore: FakeStore<SandboxRecord>;
  readonly containerStore: FakeStore<ContainerRecord>;
  readonly call: Call;
  /** What was logged at `warn` and above. */
  readonly complaints: string[];
  pod(changes?: Partial<SandboxConfig>): Promise<SandboxId>;
  container(sandboxId: SandboxId, changes?: Partial<ContainerConfig>): Promise<ContainerId>;
  running(sandboxId: SandboxId, changes?: Partial<ContainerConfig>): Promise<ContainerId>;
}

const handlers = createHandlers({
  defaultRuntime: 'runc',
  handlers: { fast: 'crun' },
  runtimes: ['runc', 'crun'],
  features: () => ({ recursiveReadOnlyMounts: true, userNamespaces: false }),
});

const metricOf = (id: string): Metric => ({
  name: 'threads',
  timestamp: 1n,
  kind: 'gauge',
  labelValues: [id],
  value: 2n,
});

const address = { network: 'net', interfaceName: 'eth0', ips: ['10.0.0.2'] };

export const createBed = (changes: Partial<Context> = {}): Bed => {
  const script = createScript();
  const [host, runtime, images] = [createFakeHost(script), createFakeRuntime(script), createFakeImages(script)];
  const sandboxStore = createFakeStore<SandboxRecord>('sandboxes', script);
  const containerStore = createFakeStore<ContainerRecord>('containers', script);
  const complaints: string[] = [];
  const complain = (message: string): void => void complaints.push(message);
  const ctx: Context = {
    sandboxes: createRegistry({
      noun: 'sandbox',
      field: 'pod_sandbox_id',
      store: sandboxStore,
      isListed: isListedSandbox,
    }),
    containers: createRegistry({
      noun: 'container',
      field: 'container_id',
      store: containerStore,
      isListed: isListedContainer,
      groupOf: ({ sandboxId }) => sandboxId,
    }),
    host,
    runtime,
    network: {
      attach: async (_sandbox, _netns, { signal, stage }) => {
        await stage?.('network-add');
        await script.enter('network.attach', signal);
        return [address];
      },
      detach: (_sandbox, _netns, { signal }) => script.enter('network.detach', signal),
      readiness: () => ({ ready: true }),
      configured: () => [],
      setPodCidr: () => void script.calls.push('network.setPodCidr'),
    },
    images,
    stats: {
      container: async () => {
        await script.enter('stats.container');
        return undefined;
      },
      sandbox: async () => undefined,
      writableLayers: async () => ({ timestamp: 1n, mountpoint: '/layers', usedBytes: 7, inodesUsed: 8 }),
    },
    metrics: {
      descriptors: [{ name: 'threads', help: 'Tasks.', labelKeys: ['id'] }],
      sandbox: async ({ id }) => {
        await script.enter('metrics.sandbox');
        return [metricOf(id)];
      },
      container: async ({ container }) => {
        await script.enter('metrics.container');
        return [metricOf(container.id)];
      },
    },
    streams: {
      exec: () => 'exec-url',
      attach: () => 'attach-url',
      portForward: () => 'port-forward-url',
      sessions: () => 3,
    },
    handlers,
    cgroupDriver: 'cgroupfs',
    cgroupParent: '/janus',
    podEvents: true,
    clock: createClock(),
    locks: createLocks(),
    events: createEvents(),
    operations: createOperations({ hook: (verb, stage) => script.enter(`${verb}: ${stage}`) }),
    starting: new Map(),
    removingImages: new Set(),
    stopping: new Map(),
    waiters: createWaiters(),
    sandboxJoins: createJoins(),
    containerJoins: createJoins(),
    meter: noMeter,
    logger: { ...silent, warn: complain, error: complain },
    ...changes,
  };
  followExits(ctx);
  const engine = createEngine(ctx, { version: '1.2.3', versions: {}, config: {} });
  const call: Call = { signal: new AbortController().signal };
  const pod: Bed['pod'] = (podChanges) =>
    engine.runPodSandbox({ config: podConfig(podChanges), runtimeHandler: '' }, call);
  const container: Bed['container'] = (sandboxId, containerChanges) =>
    engine.createContainer({ sandboxId, config: containerConfig(containerChanges) }, call);
  const running: Bed['running'] = async (sandboxId, containerChanges) => {
    const id = await container(sandboxId, containerChanges);
    await engine.startContainer(id, call);
    return id;
  };
  return {
    ctx,
    engine,
    script,
    host,
    runtime,
    images,
    sandboxStore,
    containerStore,
    call,
    complaints,
    pod,
    container,
    running,
  };
};

/** Lets everything go on that waits for nothing but promises. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
