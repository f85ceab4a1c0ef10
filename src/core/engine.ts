import type { ContainerConfig, ContainerRecord, ImageSpec } from './model/container.ts';
import type { ContainerId, SandboxId } from './model/ids.ts';
import type { FilesystemUsage, Image, PullProgress, RegistryAuth } from './model/image.ts';
import type { PodEventKind } from './model/pod-event.ts';
import type { LinuxResources } from './model/resources.ts';
import type { CgroupDriver, SandboxConfig, SandboxRecord } from './model/sandbox.ts';
import type { Operation } from './operations.ts';
import type { ExecSyncResult } from './ports/container-runtime.ts';
import type { Metric, MetricDescriptor } from './ports/metrics.ts';
import type { ConfiguredNetwork, NetworkReadiness } from './ports/pod-network.ts';
import type { ContainerUsage, SandboxUsage } from './ports/stats.ts';

/** Every condition that is given must hold; ids may be unique prefixes. */
export interface SandboxFilter {
  readonly id?: string;
  readonly state?: 'ready' | 'not-ready';
  readonly labels?: Readonly<Record<string, string>>;
}

export interface ContainerFilter {
  readonly id?: string;
  readonly sandboxId?: string;
  readonly state?: 'created' | 'running' | 'exited' | 'unknown';
  readonly labels?: Readonly<Record<string, string>>;
}

/** Given up by the client: `signal` aborts. Verbs that change something go on to a good end all the same. */
export interface Call {
  readonly signal: AbortSignal;
}

export interface RuntimeHandlerFacts {
  /** As a RuntimeClass names it; the default handler stands under "" as well. */
  readonly name: string;
  readonly recursiveReadOnlyMounts: boolean;
  readonly userNamespaces: boolean;
}

export interface EngineStatus {
  readonly network: NetworkReadiness;
  readonly handlers: readonly RuntimeHandlerFacts[];
  readonly cgroupDriver: CgroupDriver;
  /** The effective configuration, without secrets, for verbose status. */
  readonly config: unknown;
  /** Of the daemon and of what it runs on, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** The networks that are configured. */
  readonly networks: readonly ConfiguredNetwork[];
  readonly pulls: readonly PullProgress[];
}

/** What the daemon does at this moment. */
export interface Activity {
  readonly operations: readonly Operation[];
  readonly pulls: readonly PullProgress[];
  readonly eventSubscribers: number;
  readonly streamSessions: number;
}

export interface SessionRequest {
  readonly containerId: string;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** A consistent view of one pod at one moment. */
export interface SandboxView {
  readonly sandbox: SandboxRecord;
  readonly containers: readonly ContainerRecord[];
  /** Nanoseconds since the epoch; never goes back. */
  readonly timestamp: bigint;
}

/** Something happened to a container or a sandbox; the view is the pod's just after it. */
export interface PodEvent extends SandboxView {
  readonly kind: PodEventKind;
  /** The container's id, or the sandbox's for its own events. */
  readonly id: ContainerId | SandboxId;
}

/**
 * What Janus does, in no CRI version's words: the one door between the adapters and the core.
 * All ids in requests are as the client wrote them: full, or a unique prefix.
 * Errors are JanusErrors; what CRI calls idempotent does not fail.
 */
export interface Engine {
  readonly version: string;
  status(): Promise<EngineStatus>;
  activity(): Promise<Activity>;
  updateRuntimeConfig(update: { readonly podCidr: string }): void;

  runPodSandbox(
    request: { readonly config: SandboxConfig; readonly runtimeHandler: string },
    call: Call,
  ): Promise<SandboxId>;
  stopPodSandbox(id: string, call: Call): Promise<void>;
  removePodSandbox(id: string, call: Call): Promise<void>;
  podSandbox(id: string): SandboxView;
  listPodSandboxes(filter: SandboxFilter): readonly SandboxRecord[];
  updatePodSandboxResources(
    id: string,
    update: { readonly overhead: LinuxResources | undefined; readonly resources: LinuxResources | undefined },
    call: Call,
  ): Promise<void>;

  createContainer(
    request: { readonly sandboxId: string; readonly config: ContainerConfig },
    call: Call,
  ): Promise<ContainerId>;
  startContainer(id: string, call: Call): Promise<void>;
  /** Seconds between the stop signal and SIGKILL; 0 kills at once. */
  stopContainer(id: string, graceSeconds: number, call: Call): Promise<void>;
  removeContainer(id: string, call: Call): Promise<void>;
  container(id: string): ContainerRecord;
  listContainers(filter: ContainerFilter): readonly ContainerRecord[];
  updateContainerResources(id: string, resources: LinuxResources, call: Call): Promise<void>;
  reopenContainerLog(id: string, call: Call): Promise<void>;
  /** `location` is the absolute path of the archive; seconds, 0 is the default. */
  checkpointContainer(
    id: string,
    request: { readonly location: string; readonly timeoutSeconds: number },
    call: Call,
  ): Promise<void>;

  /** Seconds; 0 is no limit. */
  execSync(
    request: { readonly containerId: string; readonly command: readonly string[]; readonly timeoutSeconds: number },
    call: Call,
  ): Promise<ExecSyncResult>;
  /** URLs of the streaming server, good for one use. */
  execUrl(request: SessionRequest & { readonly command: readonly string[] }): string;
  attachUrl(request: SessionRequest): string;
  portForwardUrl(request: { readonly sandboxId: string; readonly ports: readonly number[] }): string;

  /** The container's figures; undefined when it has none because it does not run. */
  containerStats(
    id: string,
    call: Call,
  ): Promise<{ readonly container: ContainerRecord; readonly usage: ContainerUsage | undefined }>;
  listContainerStats(
    filter: ContainerFilter,
    call: Call,
  ): Promise<readonly { readonly container: ContainerRecord; readonly usage: ContainerUsage | undefined }[]>;
  podSandboxStats(id: string, call: Call): Promise<PodStats>;
  listPodSandboxStats(filter: SandboxFilter, call: Call): Promise<readonly PodStats[]>;

  /** Of every metric that `listPodSandboxMetrics` may have. */
  metricDescriptors(): readonly MetricDescriptor[];
  /** Of all pods, in order of creation; one that is not ready has none. */
  listPodSandboxMetrics(call: Call): Promise<readonly PodMetrics[]>;

  /** Verbose facts for operators: JSON text by key. */
  podSandboxInfo(id: string): Promise<Readonly<Record<string, unknown>>>;
  containerInfo(id: string): Promise<Readonly<Record<string, unknown>>>;
  /** Undefined: events are switched off. The iterator ends only when the signal aborts or the subscriber is too slow. */
  events(call: Call): AsyncIterable<PodEvent> | undefined;

  listImages(filter: { readonly image?: string }): Promise<readonly Image[]>;
  imageStatus(image: ImageSpec): Promise<Image | undefined>;
  /** Returns the image's id, which CreateContainer and ImageStatus take. */
  pullImage(
    request: { readonly image: ImageSpec; readonly auth: RegistryAuth | undefined },
    call: Call,
  ): Promise<string>;
  removeImage(image: ImageSpec): Promise<void>;
  /** `containers` is the file system of the writable layers. */
  imageFilesystems(): Promise<{
    readonly images: readonly FilesystemUsage[];
    readonly containers: readonly FilesystemUsage[];
  }>;
}

export interface PodStats {
  readonly sandbox: SandboxRecord;
  readonly usage: SandboxUsage | undefined;
  readonly containers: readonly { readonly container: ContainerRecord; readonly usage: ContainerUsage | undefined }[];
}

export interface PodMetrics {
  readonly sandboxId: SandboxId;
  /** Of the pod as a whole. */
  readonly metrics: readonly Metric[];
  readonly containers: readonly { readonly containerId: ContainerId; readonly metrics: readonly Metric[] }[];
}
