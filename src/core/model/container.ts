import type { ContainerId, ImageId, SandboxId } from './ids.ts';
import type { LinuxResources } from './resources.ts';
import type { ProcessIdentity, SandboxMetadata, SandboxRecord } from './sandbox.ts';
import type { ContainerSecurity, IdMapping, NamespaceMode } from './security.ts';

export interface ContainerMetadata {
  readonly name: string;
  readonly attempt: number;
}

export interface ImageSpec {
  /** An id, or a reference as the client wrote it. */
  readonly image: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** The reference as the pod's author wrote it. */
  readonly userSpecifiedImage: string;
  readonly runtimeHandler: string;
}

export interface Mount {
  /** Absolute path in the container. */
  readonly containerPath: string;
  /** Absolute path on the host; empty when `image` is set. */
  readonly hostPath: string;
  readonly readonly: boolean;
  readonly selinuxRelabel: boolean;
  readonly propagation: 'private' | 'host-to-container' | 'bidirectional';
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
  readonly recursiveReadOnly: boolean;
  /** The mount shows this image's files, read-only. */
  readonly image: ImageSpec | undefined;
  /** Path inside `image` to show, relative; empty: all of it. */
  readonly imageSubPath: string;
}

export interface Device {
  readonly containerPath: string;
  readonly hostPath: string;
  /** Some of `rwm`. */
  readonly permissions: string;
}

/** What the client asked for; never changed after CreateContainer, but for the resources. */
export interface ContainerConfig {
  readonly metadata: ContainerMetadata;
  readonly image: ImageSpec;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly envs: readonly { readonly key: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly devices: readonly Device[];
  /** Fully qualified CDI names: `vendor.com/class=name`. */
  readonly cdiDevices: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Relative to the sandbox's log directory; empty: no log on disk. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources: LinuxResources | undefined;
  readonly security: ContainerSecurity;
  /** `SIGTERM` and the like; undefined: the image's, else SIGTERM. */
  readonly stopSignal: string | undefined;
}

/** Why a command cannot be run, and the exit code of a shell for it: 127 it is not there, 126 it is no executable. */
export interface CommandFault {
  readonly exitCode: 126 | 127;
  readonly message: string;
}

/** How a container ended. */
export interface ContainerExit {
  readonly exitCode: number;
  /** Nanoseconds since the epoch. */
  readonly finishedAt: bigint;
  /** CRI's reason: `Completed`, `Error`, `OOMKilled`, `ContainerCannotRun`, `Unknown`. */
  readonly reason: string;
  readonly message: string;
}

/**
 *     CreateContainer        conmon and runtime create      StartContainer           exit file, or found dead
 *   ─────────────────▶ creating ───────────────▶ created ────────────────▶ running ────────────────▶ exited ──▶ (removed)
 *                         │ failure, or a crash     └── the runtime cannot start it, or it is killed ──▶ ▲
 *                         ├───────────▶ (taken down, nothing listed)                                    │
 *                         └───────────▶ unrunnable ── StartContainer fails, or it is stopped ──────────▶ ┘
 *
 * `unrunnable` is created in the eyes of clients: all is there but a process, because its command cannot be run. StartContainer says so, as with
 * engines whose runtime looks for the command only then.
 * `creating` is the intent, as for sandboxes. A removal that stops half-way leaves an `exited` container that can be removed again.
 */
export type ContainerState =
  | { readonly kind: 'creating' }
  | { readonly kind: 'created'; readonly process: ProcessIdentity }
  | { readonly kind: 'unrunnable'; readonly fault: CommandFault }
  | { readonly kind: 'running'; readonly process: ProcessIdentity; readonly startedAt: bigint }
  | { readonly kind: 'exited'; readonly startedAt: bigint; readonly exit: ContainerExit };

/** The user that the container's process runs as, resolved against the image's files. */
export interface ContainerUser {
  readonly uid: number;
  readonly gid: number;
  readonly supplementalGroups: readonly number[];
}

/** Immutable, as SandboxRecord. */
export interface ContainerRecord {
  readonly id: ContainerId;
  readonly sandboxId: SandboxId;
  /** `k8s_<container>_<pod>_<namespace>_<uid>_<attempt>`; unique among containers that exist. */
  readonly name: string;
  readonly config: ContainerConfig;
  /** The image that the root file system was made from, whatever its tags point at now. */
  readonly imageId: ImageId;
  /** Images that mounts show, in the order of those mounts; with `imageId`, the images which must stay as long as the container does. */
  readonly mountedImageIds: readonly ImageId[];
  /** As requested, or the first tag of an image that was asked for by its id. Empty: made before this was kept. */
  readonly imageName: string;
  /** What PullImage or ImageStatus call the image: a repo digest if there is one, else the id. */
  readonly imageRef: string;
  /** Absolute path of the log, or empty. */
  readonly logPath: string;
  /** Known once the root file system is there; undefined while it is being created. */
  readonly user: ContainerUser | undefined;
  /** `SIGTERM` and the like. */
  readonly stopSignal: string;
  /** As applied now; changed by UpdateContainerResources. */
  readonly resources: LinuxResources | undefined;
  /** Nanoseconds since the epoch, unique among containers. */
  readonly createdAt: bigint;
  readonly state: ContainerState;
}

export const usesImage = ({ imageId, mountedImageIds }: ContainerRecord, id: ImageId): boolean =>
  imageId === id || mountedImageIds.includes(id);

export const isListed = (container: ContainerRecord): boolean => container.state.kind !== 'creating';

export const containerName = (container: ContainerMetadata, pod: SandboxMetadata): string =>
  ['k8s', container.name, pod.name, pod.namespace, pod.uid, container.attempt].join('_');

/**
 * Where the container's PID namespace comes from. A container that asks for the pod's, in a pod which shares none, gets what the pod says:
 * `pod` is also what a client sends that sets nothing.
 */
export const pidModeOf = (container: ContainerRecord, sandbox: SandboxRecord): NamespaceMode => {
  const own = container.config.security.namespaces.pid;
  return own === 'pod' ? sandbox.config.security.namespaces.pid : own;
};
