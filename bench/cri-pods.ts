import { randomUUID } from 'node:crypto';
import type { ClientV1 } from '../tests/support/clients.ts';
import { CONTAINER, POD } from '../tests/support/requests.ts';
import type { EngineAccess, Pods } from './contestant.ts';
import { WORKLOAD } from './workload.ts';

const linux = { securityContext: { namespaceOptions: { network: POD, ipc: POD, pid: CONTAINER } } };

interface Place extends Pick<EngineAccess, 'image' | 'cgroupParent'> {
  readonly logs: string;
}

/** The calls that a kubelet makes for a pod of one container, over an engine's socket. */
export const criPods = ({ runtime }: Pick<ClientV1, 'runtime'>, { image, logs, cgroupParent }: Place): Pods => ({
  up: async () => {
    const uid = randomUUID();
    const sandboxConfig = {
      metadata: { name: `bench-${uid.slice(0, 8)}`, uid, namespace: 'bench', attempt: 0 },
      logDirectory: `${logs}/${uid}`,
      linux: { ...linux, cgroupParent },
    };
    const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig });
    const config = {
      metadata: { name: 'main', attempt: 0 },
      image: { image },
      command: WORKLOAD,
      logPath: 'main.log',
      linux,
    };
    const { containerId } = await runtime.createContainer({ podSandboxId, config, sandboxConfig });
    await runtime.startContainer({ containerId });
    return { podSandboxId, containerId };
  },
  down: async ({ podSandboxId, containerId }) => {
    await runtime.stopContainer({ containerId, timeout: 30n });
    await runtime.removeContainer({ containerId });
    await runtime.stopPodSandbox({ podSandboxId });
    await runtime.removePodSandbox({ podSandboxId });
  },
});
