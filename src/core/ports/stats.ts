import type { FilesystemUsage } from '../model/image.ts';
import type { SandboxRecord } from '../model/sandbox.ts';
import type { ContainerRef } from './container-runtime.ts';

/** Nanoseconds since the epoch in every `timestamp`. Undefined: the kernel does not say. */
export interface CpuUsage {
  readonly timestamp: bigint;
  readonly usageCoreNanoSeconds: bigint;
  /** Rate since the previous reading, in billionths of a core. */
  readonly usageNanoCores: bigint | undefined;
  readonly pressure: Pressure | undefined;
}

export interface MemoryUsage {
  readonly timestamp: bigint;
  /** Usage less inactive file pages, as the kubelet computes it. */
  readonly workingSetBytes: bigint;
  /** Limit less working set; undefined without a limit. */
  readonly availableBytes: bigint | undefined;
  readonly usageBytes: bigint;
  readonly rssBytes: bigint;
  readonly pageFaults: bigint;
  readonly majorPageFaults: bigint;
  readonly pressure: Pressure | undefined;
}

export interface SwapUsage {
  readonly timestamp: bigint;
  /** Swap alone, never memory and swap together. */
  readonly usageBytes: bigint;
  readonly availableBytes: bigint | undefined;
}

/** Pressure stall information (Documentation/accounting/psi.rst). Totals in microseconds, averages in percent. */
export interface PressureLine {
  readonly total: bigint;
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
}
export interface Pressure {
  readonly some: PressureLine;
  readonly full: PressureLine;
}

export interface CgroupUsage {
  readonly cpu: CpuUsage;
  readonly memory: MemoryUsage;
  readonly swap: SwapUsage | undefined;
  readonly io: { readonly timestamp: bigint; readonly pressure: Pressure } | undefined;
  readonly processCount: bigint;
}

export interface ContainerUsage extends CgroupUsage {
  readonly writableLayer: FilesystemUsage | undefined;
}

export interface InterfaceUsage {
  readonly name: string;
  readonly rxBytes: bigint;
  readonly rxPackets: bigint;
  readonly rxErrors: bigint;
  readonly rxDropped: bigint;
  readonly txBytes: bigint;
  readonly txPackets: bigint;
  readonly txErrors: bigint;
  readonly txDropped: bigint;
}

export interface SandboxUsage extends CgroupUsage {
  /** The default interface first; empty with the host's network. */
  readonly interfaces: readonly InterfaceUsage[];
}

/** Figures from the kernel's cgroup and network files. A port because they are gone when the container is. */
export interface Stats {
  /** Undefined when the container has no cgroup any more. */
  container(ref: ContainerRef): Promise<ContainerUsage | undefined>;
  sandbox(sandbox: SandboxRecord): Promise<SandboxUsage | undefined>;
  /** The file system of all writable layers. */
  writableLayers(): Promise<FilesystemUsage>;
}
