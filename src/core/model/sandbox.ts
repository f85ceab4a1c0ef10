import type { SandboxId } from './ids.ts';
import type { LinuxResources } from './resources.ts';
import type { SandboxSecurity } from './security.ts';

export interface SandboxMetadata {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly attempt: number;
}

export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface PortMapping {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly containerPort: number;
  /** 0: not published on the host. */
  readonly hostPort: number;
  readonly hostIp: string;
}

/** What the client asked for; never changed after RunPodSandbox, but for the resources. */
export interface SandboxConfig {
  readonly metadata: SandboxMetadata;
  readonly hostname: string;
  /** Absolute, or empty: then its containers have no logs on disk. */
  readonly logDirectory: string;
  readonly dns: DnsConfig | undefined;
  readonly portMappings: readonly PortMapping[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** `/kubepods/...` with cgroupfs, `kubepods-....slice` with systemd; empty: none was asked for. */
  readonly cgroupParent: string;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly security: SandboxSecurity;
  readonly overhead: LinuxResources | undefined;
  readonly resources: LinuxResources | undefined;
}

export type CgroupDriver = 'cgroupfs' | 'systemd';

/** One network that the pod was added to, as the CNI plugins answered. */
export interface NetworkAttachment {
  /** Name in the CNI configuration. */
  readonly network: string;
  /** Interface in the pod: `eth0` for the default network. */
  readonly interfaceName: string;
  /** Addresses without prefix length, in the plugin's order. */
  readonly ips: readonly string[];
}

/**
 * The process that holds the pod's namespaces open for the kernel's accounting: `startTime` (clock ticks since
 * boot, field 22 of /proc/pid/stat) tells it from a later process with the same pid.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/**
 *      RunPodSandbox          namespaces, network, pause          StopPodSandbox, or the pod was found dead
 *   ──────────────────▶ creating ──────────────────▶ ready ──────────────────────────▶ stopped ──▶ (removed)
 *                          │ failure, or a crash                                        teardown pending → done
 *                          └──────────────────────▶ (taken down, nothing listed)
 *
 * `creating` is the intent: it is on disk before the first effect, is never listed, and recovery takes it down.
 * `stopped` is entered before the first effect of a stop; `teardownPending` stays until the last one succeeded.
 */
export type SandboxState =
  | { readonly kind: 'creating' }
  | {
      readonly kind: 'ready';
      readonly networks: readonly NetworkAttachment[];
      readonly process: ProcessIdentity | undefined;
    }
  | {
      readonly kind: 'stopped';
      readonly teardownPending: boolean;
      readonly networks: readonly NetworkAttachment[];
      /** Why, if nobody asked for it: shown to operators. */
      readonly reason: string;
    };

/** Immutable: a change makes a new record, so that whatever was derived from one can be kept beside it. */
export interface SandboxRecord {
  readonly id: SandboxId;
  /** `k8s_POD_<name>_<namespace>_<uid>_<attempt>`; unique among sandboxes that exist. */
  readonly name: string;
  readonly config: SandboxConfig;
  /** As in the request: the RuntimeClass handler, empty for the default. */
  readonly runtimeHandler: string;
  /** Name in the daemon's table of runtimes. */
  readonly runtime: string;
  /** A fact of the pod: its containers are run by this driver whatever the daemon's setting is later. */
  readonly cgroupDriver: CgroupDriver;
  /** Where its cgroups are: the request's parent, or what the daemon's setting was. Fixed like the driver. */
  readonly cgroupParent: string;
  /** Nanoseconds since the epoch, unique among sandboxes. */
  readonly createdAt: bigint;
  readonly state: SandboxState;
}

/** The sandboxes that clients see. */
export const isListed = (sandbox: SandboxRecord): boolean => sandbox.state.kind !== 'creating';

export const sandboxName = ({ name, namespace, uid, attempt }: SandboxMetadata): string =>
  ['k8s', 'POD', name, namespace, uid, attempt].join('_');

/** All addresses of the pod, the default network's first. */
export const podIps = (sandbox: SandboxRecord): readonly string[] =>
  sandbox.state.kind === 'ready' ? sandbox.state.networks.flatMap((network) => network.ips) : [];
