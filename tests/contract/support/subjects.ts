import type { ContainerConfig, PodSandboxConfig } from '../../../src/adapters/v1alpha2/generated/api.ts';
import { CONTAINER, containerConfig, NODE, POD, podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';
import type { World } from './world.ts';

export interface Pod {
  readonly podSandboxId: string;
  readonly config: PodSandboxConfig;
}

export interface Container {
  readonly containerId: string;
  readonly config: ContainerConfig;
}

/** One of each kind that requests are about, made over v1alpha2. */
export interface Subjects {
  /** Ready, with its own network. */
  readonly pod: Pod;
  readonly stoppedPod: Pod;
  /** In `pod`, as are the others. It sleeps, and its figures stand still. */
  readonly running: Container;
  readonly created: Container;
  /** Exit code 3. */
  readonly exited: Container;
}

const resources = { memoryLimitInBytes: 64n * 1024n * 1024n, cpuShares: 512n, oomScoreAdj: 500n };
const namespaceOptions = { network: POD, ipc: POD, pid: CONTAINER };

/** A container in whose configuration every kind of field says something. */
const full = (world: World): ContainerConfig =>
  containerConfig('running', {
    command: ['sh', '-c', 'exec sleep 100000'],
    workingDir: '/tmp',
    envs: [{ key: 'LANGUAGE', value: Buffer.from('grün') }],
    mounts: [{ containerPath: '/logs', hostPath: world.bed.logs, readonly: true }],
    labels: { role: 'main', 'example.org/empty': '' },
    annotations: { note: 'ä\nb' },
    linux: { resources, securityContext: { namespaceOptions, capabilities: { dropCapabilities: ['NET_RAW'] } } },
  });

type PodParts = Parameters<typeof podConfig>[1];

export const makePod = async (world: World, parts: PodParts = {}, runtimeHandler = ''): Promise<Pod> => {
  const config = podConfig(world.bed, parts);
  return { config, ...(await world.client('v1alpha2').runtime.runPodSandbox({ config, runtimeHandler })) };
};

/** Without a network of its own: soon made. */
export const makeHostPod = (world: World, runtimeHandler = ''): Promise<Pod> =>
  makePod(
    world,
    { linux: { securityContext: { namespaceOptions: { ...namespaceOptions, network: NODE } } } },
    runtimeHandler,
  );

export const makeContainer = async (world: World, pod: Pod, config: ContainerConfig): Promise<Container> => {
  const { runtime } = world.client('v1alpha2');
  const request = { podSandboxId: pod.podSandboxId, config, sandboxConfig: pod.config };
  return { config, ...(await runtime.createContainer(request)) };
};

export const makeSubjects = async (world: World): Promise<Subjects> => {
  const { runtime } = world.client('v1alpha2');
  const pod = await makePod(world, {
    hostname: 'contract',
    labels: { app: 'contract', tier: 'test' },
    annotations: { note: 'ä' },
    dnsConfig: { servers: ['192.0.2.1'], searches: ['example.org'], options: ['ndots:2'] },
  });
  const stoppedPod = await makeHostPod(world);
  await runtime.stopPodSandbox({ podSandboxId: stoppedPod.podSandboxId });
  const running = await makeContainer(world, pod, full(world));
  const created = await makeContainer(world, pod, containerConfig('created'));
  const exited = await makeContainer(world, pod, containerConfig('exited', { command: ['sh', '-c', 'exit 3'] }));
  for (const { containerId } of [running, exited]) await runtime.startContainer({ containerId });
  await until('one container has ended', async () => {
    const { status } = await runtime.containerStatus({ containerId: exited.containerId });
    return status?.exitCode === 3;
  });
  return { pod, stoppedPod, running, created, exited };
};
