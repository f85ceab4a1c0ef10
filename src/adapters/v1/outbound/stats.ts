import type { PodStats } from '../../../core/engine.ts';
import type { CgroupUsage, Pressure, PressureLine, SwapUsage } from '../../../core/ports/stats.ts';
import * as shared from '../../shared/outbound/stats.ts';
import type * as cri from '../generated/api.ts';

const psiData = ({ total, avg10, avg60, avg300 }: PressureLine): cri.PsiData => ({
  Total: total,
  Avg10: avg10,
  Avg60: avg60,
  Avg300: avg300,
});

const psiStats = (pressure: Pressure | undefined): cri.PsiStats | undefined =>
  pressure === undefined ? undefined : { Full: psiData(pressure.full), Some: psiData(pressure.some) };

const cpuUsage = ({ cpu }: CgroupUsage): cri.CpuUsage => ({ ...shared.cpuUsage(cpu), psi: psiStats(cpu.pressure) });

const memoryUsage = ({ memory }: CgroupUsage): cri.MemoryUsage => ({
  ...shared.memoryUsage(memory),
  psi: psiStats(memory.pressure),
});

const ioUsage = ({ io }: CgroupUsage): cri.IoUsage | undefined =>
  io === undefined ? undefined : { timestamp: io.timestamp, psi: psiStats(io.pressure) };

const swapUsage = (usage: SwapUsage): cri.SwapUsage => ({
  timestamp: usage.timestamp,
  swapAvailableBytes: shared.uint64(usage.availableBytes),
  swapUsageBytes: shared.uint64(usage.usageBytes),
});

export const containerStats = (facts: shared.ContainerStatsFacts): cri.ContainerStats => {
  const { usage } = facts;
  return {
    ...shared.containerStats(facts),
    cpu: usage === undefined ? undefined : cpuUsage(usage),
    memory: usage === undefined ? undefined : memoryUsage(usage),
    swap: usage?.swap === undefined ? undefined : swapUsage(usage.swap),
    io: usage === undefined ? undefined : ioUsage(usage),
  };
};

export const podSandboxStats = (stats: PodStats): cri.PodSandboxStats => {
  const { usage, containers } = stats;
  const { attributes, linux } = shared.podSandboxStats(stats);
  return {
    attributes,
    linux: {
      cpu: usage === undefined ? undefined : cpuUsage(usage),
      memory: usage === undefined ? undefined : memoryUsage(usage),
      network: linux?.network,
      process: linux?.process,
      containers: containers.map(containerStats),
      io: usage === undefined ? undefined : ioUsage(usage),
    },
    windows: undefined,
  };
};
