import type { Duplex } from 'node:stream';
import type { SandboxId } from '../model/ids.ts';
import type { ProcessIdentity, SandboxRecord } from '../model/sandbox.ts';
import type { Staged } from '../stages.ts';

/** Paths that a sandbox owns on the host, for its containers. Undefined namespaces are the host's. */
export interface SandboxPaths {
  readonly netns: string | undefined;
  readonly ipcns: string | undefined;
  readonly utsns: string | undefined;
  readonly pidns: string | undefined;
  readonly userns: string | undefined;
  readonly resolvConf: string;
  readonly hostname: string;
  readonly hosts: string;
  /** tmpfs of the pod's ipc namespace; undefined: the host's /dev/shm. */
  readonly shm: string | undefined;
}

/** Where a pod's cgroup is. The driver is the one that it was made with, whatever the setting is now. */
export type CgroupPlace = Pick<SandboxRecord, 'cgroupDriver' | 'cgroupParent'>;

/** What is left of a sandbox; enough to take it down without its record. */
export interface SandboxLeftover {
  readonly id: SandboxId;
  /** Where its cgroup was found; undefined: it has none. */
  readonly cgroup: CgroupPlace | undefined;
}

/** Before each is made. */
export type PrepareStage = 'namespaces' | 'files' | 'mounts';
/** Before the process is started, and before it is moved into its cgroup. */
export type ProcessStage = 'process' | 'pod-cgroup';
/** Before the pod's process and cgroup are taken down, and before its namespaces are. */
export type EndStage = 'pod-cgroup';
export type ReleaseStage = 'namespaces';

/**
 * The pod's own part of the host: namespaces, pause process or init, cgroup, files in /etc and /dev/shm.
 * A port because all of it is kernel state, which outlives the daemon and vanishes at a reboot.
 */
export interface SandboxHost {
  /** Throws invalid-argument for what this host cannot give the pod: sysctls, cgroup parent. Has no effect. */
  check(sandbox: SandboxRecord): void;
  /** Makes the namespaces that the process does not (not the network in them) and the pod's files. Undoes itself on failure. */
  prepare(sandbox: SandboxRecord, options: Staged<PrepareStage>): Promise<SandboxPaths>;
  /** Starts the process that stands for the pod in its namespaces, some of which it makes and holds, and its cgroup. */
  startProcess(sandbox: SandboxRecord, options: Staged<ProcessStage>): Promise<ProcessIdentity>;
  /** Writes /etc/hosts once the addresses are known. */
  writeHosts(sandbox: SandboxRecord, ips: readonly string[]): Promise<void>;
  paths(sandbox: SandboxRecord): SandboxPaths;
  /** Whether there is any process of this pid. A look, of 1 us; certainty costs 25 us for a container, and 70 for a pod. */
  mayRun(process: ProcessIdentity): boolean;
  /** Whether namespaces and process are still there, and of this boot. */
  isAlive(sandbox: SandboxRecord): Promise<boolean>;
  /**
   * Opens a connection to a port on the pod's loopback, IPv4 or else IPv6; each of its directions ends by itself. `unavailable`: it cannot be reached.
   * The caller destroys it.
   */
  connect(sandbox: SandboxRecord, port: number, options: { signal: AbortSignal }): Promise<Duplex>;
  /** Ends the process, and removes the pod's own cgroup. Idempotent. */
  endProcess(sandbox: SandboxRecord, options: Staged<EndStage>): Promise<void>;
  /** Drops namespaces and mounts, when process and network are gone; files and the record's directory stay. Idempotent. */
  release(sandbox: SandboxRecord, options: Staged<ReleaseStage>): Promise<void>;
  /** Deletes what `release` left. Idempotent. */
  remove(sandbox: SandboxRecord): Promise<void>;
  /** Sandboxes that nobody knows and of which something is left on the host, for recovery. Where a known one's is, its record says. */
  leftovers(isKnown: (id: SandboxId) => boolean): Promise<readonly SandboxLeftover[]>;
}
