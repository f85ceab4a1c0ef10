import type { ImageServiceService, RuntimeServiceService } from '../../src/adapters/v1alpha2/generated/api.ts';
import { IMAGE } from '../support/bed.ts';
import { containerConfig } from '../support/requests.ts';
import type { Container, Pod, Subjects } from './support/subjects.ts';
import type { RpcName } from './support/wire.ts';
import type { World } from './support/world.ts';

export interface Given extends Subjects {
  readonly world: World;
  /** For what ends or removes. */
  readonly spare: { readonly pod: Pod; readonly container: Container };
}

type Request = (given: Given) => object;

const session = ({ running: { containerId } }: Given) => ({ containerId, stdin: true, stdout: true, stderr: true });

/** A request for every RPC of v1alpha2, which answers the same when it is sent again: one that is missing does not compile. */
const runtime: Readonly<Record<keyof RuntimeServiceService, Request>> = {
  version: () => ({ version: '0.1.0' }),
  status: () => ({ verbose: true }),
  updateRuntimeConfig: () => ({ runtimeConfig: { networkConfig: { podCidr: '10.88.0.0/16' } } }),
  runPodSandbox: ({ pod: { config } }) => ({ config }),
  podSandboxStatus: ({ pod: { podSandboxId } }) => ({ podSandboxId, verbose: true }),
  listPodSandbox: () => ({}),
  createContainer: ({ pod, created: { config } }) => ({
    podSandboxId: pod.podSandboxId,
    config,
    sandboxConfig: pod.config,
  }),
  startContainer: ({ running: { containerId } }) => ({ containerId }),
  listContainers: () => ({}),
  containerStatus: ({ running: { containerId } }) => ({ containerId, verbose: true }),
  updateContainerResources: ({ running: { containerId } }) => ({ containerId, linux: { cpuShares: 256n } }),
  reopenContainerLog: ({ running: { containerId } }) => ({ containerId }),
  execSync: ({ running: { containerId } }) => ({ containerId, cmd: ['sh', '-c', 'echo o; echo e >&2; exit 4'] }),
  exec: (given) => ({ ...session(given), cmd: ['sh'] }),
  attach: session,
  portForward: ({ pod: { podSandboxId } }) => ({ podSandboxId, port: [80, 443] }),
  containerStats: ({ running: { containerId } }) => ({ containerId }),
  listContainerStats: ({ pod: { podSandboxId } }) => ({ filter: { podSandboxId } }),
  podSandboxStats: ({ pod: { podSandboxId } }) => ({ podSandboxId }),
  listPodSandboxStats: ({ pod: { podSandboxId } }) => ({ filter: { id: podSandboxId } }),
  stopContainer: ({ spare: { container } }) => ({ containerId: container.containerId, timeout: 0n }),
  removeContainer: ({ spare: { container } }) => ({ containerId: container.containerId }),
  stopPodSandbox: ({ spare: { pod } }) => ({ podSandboxId: pod.podSandboxId }),
  removePodSandbox: ({ spare: { pod } }) => ({ podSandboxId: pod.podSandboxId }),
};

const images: Readonly<Record<keyof ImageServiceService, Request>> = {
  pullImage: ({ world }) => ({ image: { image: world.registry.image } }),
  listImages: () => ({}),
  imageStatus: () => ({ image: { image: IMAGE }, verbose: true }),
  imageFsInfo: () => ({}),
  removeImage: ({ world }) => ({ image: { image: world.registry.image } }),
};

export interface Case extends RpcName {
  readonly request: Request;
  /** The answer says nothing, although it has fields. */
  readonly empty?: true;
}

const rows = (service: RpcName['service'], requests: Readonly<Record<string, Request>>): readonly Case[] =>
  Object.entries(requests).map(([name, request]) => ({ service, name, request }));

/** The same again where another request shows fields that the first one leaves empty. */
const more: readonly Case[] = [
  { service: 'runtime', name: 'containerStatus', request: ({ exited: { containerId } }) => ({ containerId }) },
  { service: 'runtime', name: 'containerStatus', request: ({ created: { containerId } }) => ({ containerId }) },
  { service: 'runtime', name: 'containerStats', request: ({ exited: { containerId } }) => ({ containerId }) },
  { service: 'runtime', name: 'podSandboxStatus', request: ({ stoppedPod: { podSandboxId } }) => ({ podSandboxId }) },
  { service: 'runtime', name: 'listPodSandbox', request: () => ({ filter: { labelSelector: { tier: 'test' } } }) },
  { service: 'runtime', name: 'listContainers', request: () => ({ filter: { state: { state: 2 } } }) },
  { service: 'images', name: 'listImages', request: () => ({ filter: { image: { image: IMAGE } } }) },
  { service: 'images', name: 'imageStatus', request: () => ({ image: { image: 'absent:1' } }), empty: true },
];

export const cases: readonly Case[] = [...rows('runtime', runtime), ...rows('images', images), ...more];

export const spareContainer = () => containerConfig('spare');
