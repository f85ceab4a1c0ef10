import type { Hooks } from '../hooks/schema.ts';

/**
 * The parts of the OCI runtime specification (config.json, v1.0.2 and the optional fields of later versions) that
 * Janus writes. Field names and meaning are those of https://github.com/opencontainers/runtime-spec: config.md and
 * config-linux.md; the section is named beside each type.
 */

/** config.md, "Mounts". */
export interface OciMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
  /** Id-mapped mount; needs a runtime that says so in its features. */
  readonly uidMappings?: readonly OciIdMapping[];
  readonly gidMappings?: readonly OciIdMapping[];
}

/** config-linux.md, "User namespace mappings". */
export interface OciIdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/** config.md, "Linux Process": names with the prefix `CAP_`. */
export interface OciCapabilities {
  readonly bounding: readonly string[];
  readonly effective: readonly string[];
  readonly permitted: readonly string[];
  readonly inheritable: readonly string[];
  readonly ambient: readonly string[];
}

/** config.md, "POSIX-platform User". */
export interface OciUser {
  readonly uid: number;
  readonly gid: number;
  readonly umask: number;
  readonly additionalGids: readonly number[];
}

/** config.md, "Process". */
export interface OciProcess {
  readonly terminal: boolean;
  readonly user: OciUser;
  readonly args: readonly string[];
  /** `KEY=value`. */
  readonly env: readonly string[];
  readonly cwd: string;
  readonly capabilities: OciCapabilities;
  readonly noNewPrivileges: boolean;
  readonly oomScoreAdj?: number;
  readonly apparmorProfile?: string;
  readonly selinuxLabel?: string;
}

/** config-linux.md, "Namespaces". Without a path the runtime makes a new one. */
export interface OciNamespace {
  readonly type: 'mount' | 'pid' | 'network' | 'ipc' | 'uts' | 'user' | 'cgroup';
  readonly path?: string;
}

/** config-linux.md, "Devices": any node; a fifo (`p`) has no numbers. */
export interface OciDeviceNode {
  readonly type: 'c' | 'b' | 'u' | 'p';
  readonly path: string;
  readonly major?: number;
  readonly minor?: number;
  readonly fileMode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** A node of a device of the host. */
export interface OciDevice extends OciDeviceNode {
  readonly type: 'c' | 'b';
  readonly path: string;
  readonly major: number;
  readonly minor: number;
  readonly fileMode: number;
  readonly uid: number;
  readonly gid: number;
}

/** config-linux.md, "Allowed Device list". */
export interface OciDeviceRule {
  readonly allow: boolean;
  readonly type?: 'a' | 'c' | 'b';
  readonly major?: number;
  readonly minor?: number;
  readonly access: string;
}

/** config-linux.md, "Control groups"; also what `runc update --resources` reads. */
export interface OciResources {
  readonly cpu?: {
    readonly shares?: number;
    readonly quota?: number;
    readonly period?: number;
    readonly cpus?: string;
    readonly mems?: string;
  };
  /** `swap` is memory and swap together, -1 unlimited. */
  readonly memory?: { readonly limit?: number; readonly swap?: number };
  readonly hugepageLimits?: readonly { readonly pageSize: string; readonly limit: number }[];
  readonly unified?: Readonly<Record<string, string>>;
  readonly devices?: readonly OciDeviceRule[];
}

/** config-linux.md, "Seccomp". */
export interface OciSeccomp {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[];
  readonly flags?: readonly string[];
  readonly listenerPath?: string;
  readonly listenerMetadata?: string;
  readonly syscalls: readonly OciSyscall[];
}

export interface OciSyscall {
  readonly names: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?: readonly OciSyscallArg[];
}

export interface OciSyscallArg {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: string;
}

/** config-linux.md. */
export interface OciLinux {
  readonly namespaces: readonly OciNamespace[];
  readonly uidMappings?: readonly OciIdMapping[];
  readonly gidMappings?: readonly OciIdMapping[];
  readonly devices: readonly OciDeviceNode[];
  readonly cgroupsPath: string;
  readonly resources: OciResources;
  readonly rootfsPropagation?: 'rshared' | 'rslave';
  readonly seccomp?: OciSeccomp;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  readonly mountLabel?: string;
  readonly intelRdt?: OciIntelRdt;
  /** By the names that they have on the host; needs a runtime that says so in its features. */
  readonly netDevices?: Readonly<Record<string, { readonly name: string }>>;
}

/** config-linux.md, "IntelRdt". */
export interface OciIntelRdt {
  readonly closID?: string | undefined;
  readonly l3CacheSchema?: string | undefined;
  readonly memBwSchema?: string | undefined;
  readonly enableCMT?: boolean | undefined;
  readonly enableMBM?: boolean | undefined;
  /** These two need a runtime that says so in its features. */
  readonly schemata?: readonly string[] | undefined;
  readonly enableMonitoring?: boolean | undefined;
}

/** config.md. */
export interface OciSpec {
  readonly ociVersion: string;
  readonly root: { readonly path: string; readonly readonly: boolean };
  readonly process: OciProcess;
  readonly mounts: readonly OciMount[];
  readonly hooks?: Hooks;
  readonly linux: OciLinux;
  readonly annotations: Readonly<Record<string, string>>;
}
