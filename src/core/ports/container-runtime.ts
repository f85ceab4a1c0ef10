import type { Readable, Writable } from 'node:stream';
import type { CommandFault, ContainerRecord, ContainerUser } from '../model/container.ts';
import type { ContainerId } from '../model/ids.ts';
import type { Image } from '../model/image.ts';
import type { LinuxResources } from '../model/resources.ts';
import type { ProcessIdentity, SandboxRecord } from '../model/sandbox.ts';
import type { Staged } from '../stages.ts';
import type { SandboxPaths } from './sandbox-host.ts';

/** A container with the pod it belongs to: what the runtime needs to find it. */
export interface ContainerRef {
  readonly container: ContainerRecord;
  readonly sandbox: SandboxRecord;
}

export interface ContainerPlan extends ContainerRef {
  readonly image: Image;
  readonly paths: SandboxPaths;
  /** Process whose PID namespace the container joins, for `target`; undefined otherwise. */
  readonly targetPid: number | undefined;
}

/** What the host knows about an ended container, before it is given a CRI reason. */
export interface ExitFacts {
  readonly containerId: ContainerId;
  readonly exitCode: number;
  /** Nanoseconds since the epoch. */
  readonly finishedAt: bigint;
  /** The kernel's out-of-memory killer ended the container's main process. */
  readonly oomKilled: boolean;
}

/** A container that stands ready to be started, or of which only the process is missing, because its command cannot be run. */
export type CreatedContainer = { readonly user: ContainerUser } & (
  | { readonly kind: 'created'; readonly process: ProcessIdentity }
  | { readonly kind: 'unrunnable'; readonly fault: CommandFault }
);

export interface ExecSyncResult {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly exitCode: number;
}

export interface ExecSpec {
  readonly command: readonly string[];
  readonly tty: boolean;
}

export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** The client's ends of a session; a stream that the client did not ask for is undefined. */
export interface SessionIo {
  readonly stdin: Readable | undefined;
  readonly stdout: Writable | undefined;
  readonly stderr: Writable | undefined;
  readonly resize: AsyncIterable<TerminalSize>;
}

/** What the runtime says about a container, asked at recovery only: each question costs a process. */
export type RuntimeState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'created' | 'running'; readonly process: ProcessIdentity }
  | { readonly kind: 'stopped' };

/** Before each: the bundle, the root file system, the spec, the monitor; and when the monitor runs and has yet to answer. */
export type CreateStage = 'bundle' | 'rootfs' | 'spec' | 'monitor' | 'monitored';
/** Before each is taken away. */
export type RemoveStage = 'runtime' | 'container-cgroup' | 'rootfs' | 'bundle';

/**
 * conmon and an OCI runtime. A port because they are processes which outlive the daemon: every verb may find its
 * work already done, half done, or the container gone.
 */
export interface ContainerRuntime {
  /** Root file system, bundle, conmon and the runtime's `create`. Undoes itself on failure. */
  create(plan: ContainerPlan, options: Staged<CreateStage>): Promise<CreatedContainer>;
  start(ref: ContainerRef, options: { signal: AbortSignal }): Promise<void>;
  /** Sends `signal` ("SIGTERM") to the main process, and SIGKILL to all of its cgroup. A process that is gone: no error. */
  kill(ref: ContainerRef, signal: string): Promise<void>;
  /** Whether the main process is there. */
  hasProcess(ref: ContainerRef): boolean;
  /** Whether the process is there that will tell how the container ended. Once it is gone, what `exitOf` says is final. */
  hasMonitor(ref: ContainerRef): boolean;
  /** Deletes the container from the runtime, its cgroup, mounts, bundle and writable layer; kills it if it must. Idempotent. */
  remove(ref: ContainerRef, options: Staged<RemoveStage>): Promise<void>;
  /** Output beyond 16 MiB, both streams together, is dropped. Past `timeoutSeconds` (0: none) the process tree is killed: deadline-exceeded. */
  execSync(
    ref: ContainerRef,
    command: readonly string[],
    options: { timeoutSeconds: number; signal: AbortSignal },
  ): Promise<ExecSyncResult>;
  /** Resolves with the exit code. */
  exec(ref: ContainerRef, spec: ExecSpec, io: SessionIo, options: { signal: AbortSignal }): Promise<number>;
  /** At recovery: ends the commands that exec calls of an earlier daemon left running. */
  endSessions(ref: ContainerRef): Promise<void>;
  /** Resolves when the container has ended or the client has gone. */
  attach(ref: ContainerRef, io: SessionIo, options: { signal: AbortSignal }): Promise<void>;
  update(ref: ContainerRef, resources: LinuxResources, options: { signal: AbortSignal }): Promise<void>;
  reopenLog(ref: ContainerRef, options: { signal: AbortSignal }): Promise<void>;
  /** Writes an archive of the container, which goes on running, also when that fails. failed-precondition: this host cannot. */
  checkpoint(ref: ContainerRef, location: string, options: { signal: AbortSignal }): Promise<void>;
  inspect(ref: ContainerRef): Promise<RuntimeState>;
  /** Ids of containers that have ended, as it happens; each is told at least once while it is watched, those that ended before too. */
  onExit(listener: (id: ContainerId) => void): Disposable;
  /** The exit of a container that ended, if the host still knows it. */
  exitOf(ref: ContainerRef): Promise<ExitFacts | undefined>;
  /** Ids of which something is left on the host, for recovery. */
  leftovers(): Promise<readonly ContainerId[]>;
  /** Takes down what is left of a container that has no record. Idempotent. */
  removeLeftover(id: ContainerId, options: { signal: AbortSignal }): Promise<void>;
  /** The OCI spec the container was created with, for verbose status; undefined when it is gone. */
  spec(ref: ContainerRef): Promise<unknown>;
}
