import type { PodStats } from '../../../core/engine.ts';
import type { ContainerRecord } from '../../../core/model/container.ts';
import type { FilesystemUsage } from '../../../core/model/image.ts';
import type { SandboxRecord } from '../../../core/model/sandbox.ts';
import type { ContainerUsage, CpuUsage, InterfaceUsage, MemoryUsage, SandboxUsage } from '../../../core/ports/stats.ts';
import type * as cri from '../../v1alpha2/generated/api.ts';
import { containerMetadata } from './container.ts';
import { sandboxMetadata } from './sandbox.ts';

export interface ContainerStatsFacts {
  readonly container: ContainerRecord;
  readonly usage: ContainerUsage | undefined;
}

export const uint64 = (value: bigint | number | undefined): cri.UInt64Value | undefined =>
  value === undefined ? undefined : { value: BigInt(value) };

export const cpuUsage = (usage: CpuUsage): cri.CpuUsage => ({
  timestamp: usage.timestamp,
  usageCoreNanoSeconds: uint64(usage.usageCoreNanoSeconds),
  usageNanoCores: uint64(usage.usageNanoCores),
});

export const memoryUsage = (usage: MemoryUsage): cri.MemoryUsage => ({
  timestamp: usage.timestamp,
  workingSetBytes: uint64(usage.workingSetBytes),
  availableBytes: uint64(usage.availableBytes),
  usageBytes: uint64(usage.usageBytes),
  rssBytes: uint64(usage.rssBytes),
  pageFaults: uint64(usage.pageFaults),
  majorPageFaults: uint64(usage.majorPageFaults),
});

export const filesystemUsage = (usage: FilesystemUsage): cri.FilesystemUsage => ({
  timestamp: usage.timestamp,
  fsId: { mountpoint: usage.mountpoint },
  usedBytes: uint64(usage.usedBytes),
  inodesUsed: uint64(usage.inodesUsed),
});

const containerAttributes = ({ id, config }: ContainerRecord): cri.ContainerAttributes => ({
  id,
  metadata: containerMetadata(config.metadata),
  labels: config.labels,
  annotations: config.annotations,
});

/** A container that does not run has attributes and no figures. */
export const containerStats = ({ container, usage }: ContainerStatsFacts): cri.ContainerStats => ({
  attributes: containerAttributes(container),
  cpu: usage === undefined ? undefined : cpuUsage(usage.cpu),
  memory: usage === undefined ? undefined : memoryUsage(usage.memory),
  writableLayer: usage?.writableLayer === undefined ? undefined : filesystemUsage(usage.writableLayer),
});

const interfaceUsage = (usage: InterfaceUsage): cri.NetworkInterfaceUsage => ({
  name: usage.name,
  rxBytes: uint64(usage.rxBytes),
  rxErrors: uint64(usage.rxErrors),
  txBytes: uint64(usage.txBytes),
  txErrors: uint64(usage.txErrors),
});

const networkUsage = ({ cpu, interfaces }: SandboxUsage): cri.NetworkUsage => {
  const [first, ...others] = interfaces;
  return {
    timestamp: cpu.timestamp,
    defaultInterface: first === undefined ? undefined : interfaceUsage(first),
    interfaces: others.map(interfaceUsage),
  };
};

const sandboxAttributes = ({ id, config }: SandboxRecord): cri.PodSandboxAttributes => ({
  id,
  metadata: sandboxMetadata(config.metadata),
  labels: config.labels,
  annotations: config.annotations,
});

export const podSandboxStats = ({ sandbox, usage, containers }: PodStats) =>
  ({
    attributes: sandboxAttributes(sandbox),
    linux: {
      cpu: usage === undefined ? undefined : cpuUsage(usage.cpu),
      memory: usage === undefined ? undefined : memoryUsage(usage.memory),
      network: usage === undefined ? undefined : networkUsage(usage),
      process:
        usage === undefined ? undefined : { timestamp: usage.cpu.timestamp, processCount: uint64(usage.processCount) },
      containers: containers.map(containerStats),
    },
    windows: undefined,
  }) satisfies cri.PodSandboxStats;
