import type { Context } from './context.ts';
import type { Activity, Engine, EngineStatus, SandboxView, SessionRequest } from './engine.ts';
import { invalidArgument } from './errors.ts';
import { refOf } from './exits.ts';
import { filterContainers, filterSandboxes } from './filters.ts';
import { processOf } from './process-of.ts';
import { containersOf } from './transitions.ts';
import { checkpointContainer } from './verbs/checkpoint-container.ts';
import { createContainer, readySandbox } from './verbs/create-container.ts';
import { imageStatus, listImages, pullImage, removeImage } from './verbs/images.ts';
import { execSync, reopenContainerLog, requireRunning, updateContainerResources } from './verbs/in-container.ts';
import { listPodSandboxMetrics } from './verbs/metrics.ts';
import { removeContainer } from './verbs/remove-container.ts';
import { removePodSandbox } from './verbs/remove-pod-sandbox.ts';
import { runPodSandbox } from './verbs/run-pod-sandbox.ts';
import { startContainer } from './verbs/start-container.ts';
import { containerStats, listContainerStats, listPodSandboxStats, podSandboxStats } from './verbs/statistics.ts';
import { stopContainer } from './verbs/stop-container.ts';
import { stopPodSandbox } from './verbs/stop-pod-sandbox.ts';
import { updatePodSandboxResources } from './verbs/update-pod-sandbox-resources.ts';

export interface EngineFacts {
  readonly version: string;
  readonly versions: Readonly<Record<string, string>>;
  /** The effective configuration, without secrets. */
  readonly config: unknown;
}

const view = (ctx: Context, id: string): SandboxView => {
  const sandbox = ctx.sandboxes.require(id);
  return { sandbox, containers: containersOf(ctx, sandbox.id), timestamp: ctx.clock.unique() };
};

const status = async (ctx: Context, facts: EngineFacts): Promise<EngineStatus> => ({
  network: ctx.network.readiness(),
  handlers: ctx.handlers.list(),
  cgroupDriver: ctx.cgroupDriver,
  config: facts.config,
  versions: facts.versions,
  networks: ctx.network.configured(),
  pulls: await ctx.images.pulls(),
});

const activity = async (ctx: Context): Promise<Activity> => ({
  operations: ctx.operations.list(),
  pulls: await ctx.images.pulls(),
  eventSubscribers: ctx.events.subscribers,
  streamSessions: ctx.streams.sessions(),
});

const podSandboxInfo = (ctx: Context, id: string): Readonly<Record<string, unknown>> => {
  const sandbox = ctx.sandboxes.require(id);
  const process = sandbox.state.kind === 'ready' ? sandbox.state.process : undefined;
  const networks = sandbox.state.kind === 'creating' ? [] : sandbox.state.networks;
  return {
    pid: process?.pid ?? 0,
    config: sandbox.config,
    runtimeHandler: sandbox.runtimeHandler,
    runtimeType: sandbox.runtime,
    cgroupDriver: sandbox.cgroupDriver,
    networks,
    paths: ctx.host.paths(sandbox),
    state: sandbox.state.kind,
  };
};

const containerInfo = async (ctx: Context, id: string): Promise<Readonly<Record<string, unknown>>> => {
  const container = ctx.containers.require(id);
  const ref = refOf(ctx, container.id);
  return {
    sandboxID: container.sandboxId,
    pid: processOf(container)?.pid ?? 0,
    config: container.config,
    imageId: container.imageId,
    runtimeType: ref?.sandbox.runtime,
    runtimeSpec: ref === undefined ? undefined : await ctx.runtime.spec(ref),
  };
};

/** `tty` of an AttachRequest "must match" the container's (api.proto). */
const attachUrl = (ctx: Context, request: SessionRequest): string => {
  const { id, config } = requireRunning(ctx, request.containerId).container;
  if (request.tty !== config.tty) throw invalidArgument('tty', `must be ${config.tty}, as the container has it`);
  return ctx.streams.attach({ ...request, containerId: id });
};

/** The verbs behind one door: what each adapter calls. */
export const createEngine = (ctx: Context, facts: EngineFacts): Engine => ({
  version: facts.version,
  status: () => status(ctx, facts),
  activity: () => activity(ctx),
  updateRuntimeConfig: ({ podCidr }) => ctx.network.setPodCidr(podCidr),

  runPodSandbox: (request) => runPodSandbox(ctx, request),
  stopPodSandbox: (id) => stopPodSandbox(ctx, id),
  removePodSandbox: (id) => removePodSandbox(ctx, id),
  podSandbox: (id) => view(ctx, id),
  listPodSandboxes: (filter) => filterSandboxes(ctx.sandboxes.all(), filter),
  updatePodSandboxResources: (id, update) => updatePodSandboxResources(ctx, id, update),
  podSandboxInfo: async (id) => podSandboxInfo(ctx, id),

  createContainer: (request) => createContainer(ctx, request),
  startContainer: (id) => startContainer(ctx, id),
  stopContainer: (id, graceSeconds) => stopContainer(ctx, id, graceSeconds),
  removeContainer: (id) => removeContainer(ctx, id),
  container: (id) => ctx.containers.require(id),
  listContainers: (filter) => filterContainers(ctx.containers.all(), filter),
  updateContainerResources: (id, resources) => updateContainerResources(ctx, id, resources),
  reopenContainerLog: (id) => reopenContainerLog(ctx, id),
  checkpointContainer: (id, request) => checkpointContainer(ctx, id, request),
  containerInfo: (id) => containerInfo(ctx, id),

  execSync: (request, call) => execSync(ctx, request, call),
  execUrl: (request) =>
    ctx.streams.exec({ ...request, containerId: requireRunning(ctx, request.containerId).container.id }),
  attachUrl: (request) => attachUrl(ctx, request),
  portForwardUrl: ({ sandboxId, ports }) =>
    ctx.streams.portForward({ sandboxId: readySandbox(ctx, sandboxId).id, ports }),

  containerStats: (id) => containerStats(ctx, id),
  listContainerStats: (filter) => listContainerStats(ctx, filter),
  podSandboxStats: (id) => podSandboxStats(ctx, id),
  listPodSandboxStats: (filter) => listPodSandboxStats(ctx, filter),
  metricDescriptors: () => ctx.metrics.descriptors,
  listPodSandboxMetrics: () => listPodSandboxMetrics(ctx),
  events: ({ signal }) => (ctx.podEvents ? ctx.events.subscribe(signal) : undefined),

  listImages: (filter) => listImages(ctx, filter),
  imageStatus: (image) => imageStatus(ctx, image),
  pullImage: (request, call) => pullImage(ctx, request, call),
  removeImage: (image) => removeImage(ctx, image),
  imageFilesystems: async () => {
    const usage = await ctx.images.usage();
    return { images: [usage], containers: [await ctx.stats.writableLayers()] };
  },
});
