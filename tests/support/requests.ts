import { randomUUID } from 'node:crypto';
import {
  ContainerConfig,
  type DeepPartial,
  NamespaceMode,
  type PodSandboxConfig as PodConfig,
  PodSandboxConfig,
} from '../../src/adapters/v1alpha2/generated/api.ts';
import type { Bed } from './bed.ts';
import { IMAGE } from './bed.ts';

/** The same numbers in both protos. */
export const { POD, CONTAINER, NODE, TARGET } = NamespaceMode;

type PodParts = DeepPartial<PodConfig>;
type ContainerParts = DeepPartial<ContainerConfig>;

/** A pod as a kubelet asks for it: own network and ipc, a PID namespace for each container. */
export const podConfig = (bed: Bed, parts: PodParts = {}): PodConfig => {
  const uid = randomUUID();
  return PodSandboxConfig.fromPartial({
    metadata: { name: `pod-${uid.slice(0, 8)}`, uid, namespace: 'default', attempt: 0 },
    logDirectory: `${bed.logs}/${uid}`,
    linux: { securityContext: { namespaceOptions: { network: POD, ipc: POD, pid: CONTAINER } } },
    ...parts,
  });
};

/** A container that says hello once it would end by SIGTERM, and then waits, unless `parts` says otherwise. */
export const containerConfig = (name: string, parts: ContainerParts = {}): ContainerConfig =>
  ContainerConfig.fromPartial({
    metadata: { name, attempt: 0 },
    image: { image: IMAGE },
    command: ['sh', '-c', 'trap "exit 0" TERM; echo hello; while true; do sleep 0.1; done'],
    logPath: `${name}.log`,
    linux: { securityContext: { namespaceOptions: { network: POD, ipc: POD, pid: CONTAINER } } },
    ...parts,
  });
