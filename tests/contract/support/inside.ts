import type {
  DeepPartial,
  PodSandboxConfig,
  ContainerConfig as V1Config,
} from '../../../src/adapters/v1/generated/api.ts';
import type { ClientV1 } from '../../support/clients.ts';
import { CONTAINER, containerConfig, POD, podConfig } from '../../support/requests.ts';
import type { Pod } from './subjects.ts';
import type { Pair } from './versions.ts';
import type { World } from './world.ts';

/** A container that runs, seen over the other version than it was made. */
export interface Inside {
  readonly containerId: string;
  /** What a shell in it writes to standard output, without the last newline; standard error goes there too. */
  sh(script: string): Promise<string>;
}

/** Over v1 as over v1alpha2: the fields that only v1 has are lost on the way over the other one. */
export type Parts = DeepPartial<V1Config>;
type PodParts = DeepPartial<PodSandboxConfig>;

const SLEEP = ['sleep', '100000'];

/** Makes pods and containers over a pair's maker and uses them over its user; `clear` removes them. */
export const createInsides = (world: World, pair: Pair) => {
  const maker = world.client(pair.maker) as ClientV1;
  const user = world.client(pair.user) as ClientV1;
  const pods: string[] = [];
  let names = 0;

  const pod = async (parts: PodParts = {}, runtimeHandler = ''): Promise<Pod> => {
    const config = podConfig(world.bed, parts);
    const { podSandboxId } = await maker.runtime.runPodSandbox({ config: { ...config, ...parts }, runtimeHandler });
    pods.push(podSandboxId);
    return { podSandboxId, config };
  };

  const create = async ({ podSandboxId, config: sandboxConfig }: Pod, parts: Parts = {}): Promise<string> => {
    const base = containerConfig(`c${names++}`, { command: SLEEP });
    const config = { ...base, ...parts };
    return (await maker.runtime.createContainer({ podSandboxId, config, sandboxConfig })).containerId;
  };

  const sh = async (containerId: string, script: string): Promise<string> => {
    const cmd = ['sh', '-c', `{ ${script}\n} 2>&1`];
    const { stdout } = await user.runtime.execSync({ containerId, cmd, timeout: 20n });
    return Buffer.from(stdout).toString().replace(/\n$/, '');
  };

  const start = async (target: Pod, parts: Parts = {}): Promise<Inside> => {
    const containerId = await create(target, parts);
    await user.runtime.startContainer({ containerId });
    return { containerId, sh: (script) => sh(containerId, script) };
  };

  const clear = async (): Promise<void> => {
    await Promise.all(pods.splice(0).map((podSandboxId) => user.runtime.removePodSandbox({ podSandboxId })));
  };

  return { maker, user, v1: world.client('v1') as ClientV1, pod, create, start, clear };
};

export type Insides = ReturnType<typeof createInsides>;

/** `linux` of a container, with the namespaces that a kubelet asks for. */
export const secured = (securityContext: NonNullable<Parts['linux']>['securityContext'] = {}): Parts => ({
  linux: { securityContext: { namespaceOptions: { network: POD, ipc: POD, pid: CONTAINER }, ...securityContext } },
});
