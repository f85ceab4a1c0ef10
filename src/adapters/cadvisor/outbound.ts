import type { ContainerRecord } from '../../core/model/container.ts';
import type { ProcessIdentity, SandboxMetadata, SandboxRecord } from '../../core/model/sandbox.ts';
import type { Any, Container } from './generated/containers.ts';
import { type Process, Status } from './generated/tasks.ts';

/** What a cgroup of ours may belong to. */
export type Owner =
  | { readonly kind: 'sandbox'; readonly record: SandboxRecord }
  | { readonly kind: 'container'; readonly record: ContainerRecord; readonly pod: SandboxMetadata };

/** cAdvisor reads the interfaces of what has this label with the value `sandbox`. */
const KIND = 'io.cri-containerd.kind';

/** By these a kubelet knows whose figures they are; clients need not have set them as labels. */
const podLabels = ({ name, namespace, uid }: SandboxMetadata): Readonly<Record<string, string>> => ({
  'io.kubernetes.pod.name': name,
  'io.kubernetes.pod.namespace': namespace,
  'io.kubernetes.pod.uid': uid,
});

/** A pod on the node's own network has no figures of its own, as in CRI's statistics. */
const hasOwnNetwork = ({ config }: SandboxRecord): boolean => config.security.namespaces.network !== 'node';

const sandboxLabels = (record: SandboxRecord): Record<string, string> => ({
  ...record.config.labels,
  ...podLabels(record.config.metadata),
  [KIND]: hasOwnNetwork(record) ? 'sandbox' : '',
});

const containerLabels = ({ config }: ContainerRecord, pod: SandboxMetadata): Record<string, string> => ({
  ...config.labels,
  ...podLabels(pod),
  'io.kubernetes.container.name': config.metadata.name,
  [KIND]: 'container',
});

/** cAdvisor takes the environment from here when it is told to show some of it: it is not given away. */
const SPEC: Any = {
  typeUrl: 'types.containerd.io/opencontainers/runtime-spec/1/Spec',
  value: Buffer.from('{"process":{"env":[]}}'),
};

export const container = (owner: Owner): Container => ({
  id: owner.record.id,
  labels: owner.kind === 'sandbox' ? sandboxLabels(owner.record) : containerLabels(owner.record, owner.pod),
  image: owner.kind === 'sandbox' ? '' : owner.record.imageName,
  spec: SPEC,
});

interface Life {
  readonly status: Status;
  readonly process?: ProcessIdentity | undefined;
  readonly exitCode?: number;
}

/** cAdvisor asks again soon after UNKNOWN: its cgroup is there before the process. */
const sandboxLife = ({ state }: SandboxRecord): Life => {
  if (state.kind === 'creating') return { status: Status.UNKNOWN };
  if (state.kind === 'stopped') return { status: Status.STOPPED };
  return { status: state.process === undefined ? Status.STOPPED : Status.RUNNING, process: state.process };
};

const containerLife = ({ state }: ContainerRecord): Life => {
  switch (state.kind) {
    case 'creating':
      return { status: Status.UNKNOWN };
    case 'created':
      return { status: Status.CREATED, process: state.process };
    case 'running':
      return { status: Status.RUNNING, process: state.process };
    case 'unrunnable':
      return { status: Status.STOPPED, exitCode: state.fault.exitCode };
    case 'exited':
      return { status: Status.STOPPED, exitCode: state.exit.exitCode };
  }
};

export const task = (owner: Owner): Process => {
  const { id } = owner.record;
  const life = owner.kind === 'sandbox' ? sandboxLife(owner.record) : containerLife(owner.record);
  const { status, process, exitCode = 0 } = life;
  return { containerId: id, id, pid: process?.pid ?? 0, status, exitStatus: exitCode };
};
