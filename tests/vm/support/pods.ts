import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { ContainerConfig } from '../../../src/adapters/v1/generated/api.ts';
import type { DeepPartial } from '../../../src/adapters/v1alpha2/generated/api.ts';
import type { Bed } from '../../support/bed.ts';
import { CONTAINER, containerConfig, POD, podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';
import type { Driver, World } from './world.ts';

export interface Placing {
  readonly driver: Driver;
  readonly runtime: string;
  /** The pod shares its PID namespace. */
  readonly sharedPid?: boolean;
}

export interface Pod extends Placing {
  readonly id: string;
  readonly config: ReturnType<typeof podConfig>;
  /** The parent's last part: with systemd a slice. */
  readonly parent: string;
  /** Its directory in the machine. */
  readonly directory: string;
}

/** In the machine the logs are wherever Janus makes them. */
const bed: Pick<Bed, 'logs'> = { logs: '/var/log/pods' };

/** As kubelets name the slice of those parts, below all that its name holds. */
export const slicePath = (parts: readonly string[]): string => {
  const escaped = parts.map((part) => part.replaceAll('-', '_'));
  return escaped.map((_, index) => `/${escaped.slice(0, index + 1).join('-')}.slice`).join('');
};

/** Of a pod without guarantees. */
const parentOf = (driver: Driver, uid: string) => {
  const parts = ['kubepods', 'besteffort', `pod${uid}`];
  const path = driver === 'cgroupfs' ? `/${parts.join('/')}` : slicePath(parts);
  return { path, name: basename(path) };
};

/** The kubelet makes the pod's cgroup before it asks for the pod. */
const makeParent = ({ guest }: World, driver: Driver, { path, name }: { path: string; name: string }) =>
  guest.sh(
    driver === 'systemd'
      ? `systemctl start ${name}`
      : `cd /sys/fs/cgroup && for p in kubepods kubepods/besteffort ${path.slice(1)}; do
           mkdir -p $p; echo '+cpu +memory +pids +io +cpuset +hugetlb' > $(dirname $p)/cgroup.subtree_control; done
         echo '+cpu +memory +pids +io +cpuset +hugetlb' > ${path.slice(1)}/cgroup.subtree_control`,
  );

export const runPod = async (world: World, placing: Placing): Promise<Pod> => {
  const { driver, runtime, sharedPid = false } = placing;
  const uid = randomUUID();
  const parent = parentOf(driver, uid);
  await makeParent(world, driver, parent);
  const namespaceOptions = { network: POD, ipc: POD, pid: sharedPid ? POD : CONTAINER };
  const config = podConfig(bed as Bed, {
    metadata: { name: `pod-${uid.slice(0, 8)}`, uid, namespace: 'default', attempt: 0 },
    linux: { cgroupParent: parent.path, securityContext: { namespaceOptions } },
  });
  const { podSandboxId } = await world.client.runtime.runPodSandbox({ config, runtimeHandler: runtime });
  return { ...placing, id: podSandboxId, config, parent: parent.name, directory: `/sys/fs/cgroup${parent.path}` };
};

/** Creates and starts it; the container's id. */
export const runContainer = async (
  { client }: World,
  pod: Pod,
  parts: DeepPartial<ContainerConfig> = {},
): Promise<string> => {
  const { linux, ...others } = parts;
  const pid = pod.sharedPid === true ? POD : CONTAINER;
  const securityContext = { namespaceOptions: { network: POD, ipc: POD, pid } };
  const config = {
    ...containerConfig(`c-${randomUUID().slice(0, 8)}`),
    ...others,
    linux: { securityContext, ...linux },
  };
  const request = { podSandboxId: pod.id, config, sandboxConfig: pod.config };
  const { containerId } = await client.runtime.createContainer(request);
  await client.runtime.startContainer({ containerId });
  return containerId;
};

/** Of a sandbox or container, in the machine. */
export const cgroupOf = ({ directory, driver }: Pod, id: string): string =>
  `${directory}/${driver === 'systemd' ? `janus-${id}.scope` : id}`;

export const pidOf = async ({ client }: World, containerId: string): Promise<number> => {
  const { info } = await client.runtime.containerStatus({ containerId, verbose: true });
  return (JSON.parse(info['info'] ?? '{}') as { pid?: number }).pid ?? 0;
};

/** As the pause process of a pod is known to the kernel. */
export const pauseOf = async ({ guest }: World, pod: Pod): Promise<number> =>
  Number((await guest.sh(`cat ${cgroupOf(pod, pod.id)}/cgroup.procs`)).split('\n')[0]);

export const EXITED = 2;

/** The first status that shows the container's end. */
export const endOf = ({ client }: World, containerId: string) =>
  until(
    `container ${containerId} ends`,
    async () => {
      const { status } = await client.runtime.containerStatus({ containerId });
      return status?.state === EXITED ? status : undefined;
    },
    600,
  );

export const removePod = async ({ client, guest }: World, { id, driver, parent, directory }: Pod): Promise<void> => {
  await client.runtime.stopPodSandbox({ podSandboxId: id });
  await client.runtime.removePodSandbox({ podSandboxId: id });
  // As the kubelet does. It fails if something is left in there.
  await guest.sh(driver === 'systemd' ? `systemctl stop ${parent}` : `rmdir ${directory}`);
};

/** Units, cgroups, processes and mounts of pods that the machine still has. A monitor that has ended is among them until it is reaped, a second later. */
export const leftIn = ({ guest }: World): Promise<string> =>
  guest.sh(`systemctl list-units --all --plain --no-legend 'janus-*.scope'
    find /sys/fs/cgroup -type d | grep -E '[0-9a-f]{64}' || true
    grep -lE '^(conmon|catatonit)' /proc/[0-9]*/comm 2>/dev/null || true
    cut -d ' ' -f 5 /proc/self/mountinfo | grep -E '/janus/.*[0-9a-f]{64}' || true`);
