import type { Engine, PodEvent } from '../../../src/core/engine.ts';
import { CONTAINER_ID, container, containerUsage, image, SANDBOX_ID, sandbox, sandboxUsage } from './samples.ts';

export interface Asked {
  readonly verb: string;
  readonly arguments: readonly unknown[];
}

const figures = { container, usage: containerUsage };
const podStats = { sandbox, usage: sandboxUsage, containers: [figures] };
const usage = (mountpoint: string) => ({ timestamp: 5n, mountpoint, usedBytes: 6, inodesUsed: 7 });

const answers: Engine = {
  version: '9.8.7',
  status: async () => ({
    network: { ready: false, reason: 'NoNetwork', message: 'no CNI configuration' },
    handlers: [{ name: '', recursiveReadOnlyMounts: true, userNamespaces: false }],
    cgroupDriver: 'cgroupfs',
    versions: { janus: '9.8.7' },
    networks: [{ name: 'pods', cniVersion: '1.0.0', plugins: ['bridge'] }],
    config: { graph: '/var/lib/janus', started: 12n },
    pulls: [{ image: 'docker.io/library/busybox:1', bytes: 5, seconds: 0.5 }],
  }),
  activity: async () => ({
    operations: [{ verb: 'RunPodSandbox', id: 'k8s_POD_web', stage: 'network', sinceMs: Date.now() - 1500 }],
    pulls: [{ image: 'docker.io/library/busybox:1', bytes: 5, seconds: 0.5 }],
    eventSubscribers: 2,
    streamSessions: 3,
  }),
  updateRuntimeConfig: () => undefined,
  runPodSandbox: async () => SANDBOX_ID,
  stopPodSandbox: async () => undefined,
  removePodSandbox: async () => undefined,
  podSandbox: () => ({ sandbox, containers: [container], timestamp: 77n }),
  listPodSandboxes: () => [sandbox],
  updatePodSandboxResources: async () => undefined,
  createContainer: async () => CONTAINER_ID,
  startContainer: async () => undefined,
  stopContainer: async () => undefined,
  removeContainer: async () => undefined,
  container: () => container,
  listContainers: () => [container],
  updateContainerResources: async () => undefined,
  reopenContainerLog: async () => undefined,
  checkpointContainer: async () => undefined,
  execSync: async () => ({ stdout: Buffer.from([0, 255, 10]), stderr: Buffer.from('err'), exitCode: 3 }),
  execUrl: () => 'http://127.0.0.1:1/exec/token',
  attachUrl: () => 'http://127.0.0.1:1/attach/token',
  portForwardUrl: () => 'http://127.0.0.1:1/portforward/token',
  containerStats: async () => figures,
  listContainerStats: async () => [figures, { container, usage: undefined }],
  podSandboxStats: async () => podStats,
  listPodSandboxStats: async () => [podStats, { sandbox, usage: undefined, containers: [] }],
  metricDescriptors: () => [{ name: 'threads', help: 'Tasks.', labelKeys: ['id'] }],
  listPodSandboxMetrics: async () => [
    {
      sandboxId: SANDBOX_ID,
      metrics: [{ name: 'threads', timestamp: 5n, kind: 'gauge', labelValues: [SANDBOX_ID], value: 3n }],
      containers: [
        {
          containerId: CONTAINER_ID,
          metrics: [{ name: 'faults', timestamp: 6n, kind: 'counter', labelValues: [CONTAINER_ID], value: 0n }],
        },
      ],
    },
  ],
  podSandboxInfo: async () => ({ pid: 4711 }),
  containerInfo: async () => ({ pid: 4712 }),
  events: () => undefined,
  listImages: async () => [image],
  imageStatus: async () => image,
  pullImage: async () => container.imageRef,
  removeImage: async () => undefined,
  imageFilesystems: async () => ({ images: [usage('/images')], containers: [usage('/containers')] }),
};

/** Answers with the samples, or with `own` answers, and notes what it was asked (signals left out). */
export const fakeEngine = (own: Partial<Engine> = {}): { readonly engine: Engine; readonly asked: Asked[] } => {
  const asked: Asked[] = [];
  const engine = Object.fromEntries(
    Object.entries({ ...answers, ...own }).map(([verb, answer]: [string, unknown]) => [
      verb,
      typeof answer !== 'function'
        ? answer
        : (...parameters: unknown[]) => {
            asked.push({ verb, arguments: parameters.filter((value) => !isCall(value)) });
            return Reflect.apply(answer, undefined, parameters);
          },
    ]),
  );
  return { engine: engine as unknown as Engine, asked };
};

const isCall = (value: unknown): boolean => typeof value === 'object' && value !== null && 'signal' in value;

/** Events that come when told to, and stop when the signal aborts. */
export async function* eventsOf(events: Iterable<PodEvent>, signal: AbortSignal): AsyncGenerator<PodEvent> {
  yield* events;
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
