import type { PodStats } from '../../core/engine.ts';
import type { ContainerRecord } from '../../core/model/container.ts';
import { podIps, type SandboxRecord } from '../../core/model/sandbox.ts';
import type { Operation } from '../../core/operations.ts';
import type * as wire from './generated/node.ts';

const NS_PER_MS = 1_000_000n;

const container = ({ id, config, imageRef, state }: ContainerRecord): wire.Container => ({
  id,
  name: config.metadata.name,
  state: state.kind,
  exitCode: state.kind === 'exited' ? state.exit.exitCode : 0,
  image: imageRef,
});

export const pod = (sandbox: SandboxRecord, containers: readonly ContainerRecord[]): wire.Pod => ({
  id: sandbox.id,
  namespace: sandbox.config.metadata.namespace,
  name: sandbox.config.metadata.name,
  state: sandbox.state.kind,
  ips: [...podIps(sandbox)],
  runtimeHandler: sandbox.runtimeHandler,
  createdAt: sandbox.createdAt / NS_PER_MS,
  containers: containers.map(container),
});

export const operation = ({ verb, id, stage, sinceMs }: Operation, nowMs: number): wire.Operation => ({
  verb,
  id,
  stage,
  ageMs: BigInt(Math.max(0, Math.round(nowMs - sinceMs))),
});

/** None for a pod without figures. */
export const podUsage = ({ sandbox, usage }: PodStats): readonly wire.PodUsage[] =>
  usage === undefined
    ? []
    : [
        {
          id: sandbox.id,
          namespace: sandbox.config.metadata.namespace,
          name: sandbox.config.metadata.name,
          cpuNanoseconds: usage.cpu.usageCoreNanoSeconds,
          timestamp: usage.cpu.timestamp,
          memoryBytes: usage.memory.workingSetBytes,
          processes: usage.processCount,
          receivedBytes: usage.interfaces.reduce((total, { rxBytes }) => total + rxBytes, 0n),
          sentBytes: usage.interfaces.reduce((total, { txBytes }) => total + txBytes, 0n),
        },
      ];
