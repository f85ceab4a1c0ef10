import { assertNever, JanusError } from '../../core/errors.ts';
import { pidModeOf } from '../../core/model/container.ts';
import type { IdMapping, NamespaceMode } from '../../core/model/security.ts';
import type { ContainerPlan } from '../../core/ports/container-runtime.ts';
import type { OciIdMapping, OciNamespace } from './oci.ts';

type NamespacesInput = Pick<ContainerPlan, 'container' | 'sandbox' | 'paths' | 'targetPid'> & {
  readonly cgroupVersion: 1 | 2;
};

/**
 * Network, UTS and user namespace are the pod's; of IPC and PID a container may ask for its own.
 * A cgroup namespace hides the host's hierarchy on cgroup v2; privileged containers are meant to see it.
 */
export const ociNamespaces = ({
  container,
  sandbox,
  paths,
  targetPid,
  cgroupVersion,
}: NamespacesInput): readonly OciNamespace[] => {
  const { privileged, namespaces } = container.config.security;
  return [
    { type: 'mount' },
    ...joined('network', paths.netns),
    ...(namespaces.ipc === 'container' ? [{ type: 'ipc' } as const] : joined('ipc', paths.ipcns)),
    ...joined('uts', paths.utsns),
    ...joined('user', paths.userns),
    ...pidNamespace(pidModeOf(container, sandbox), paths.pidns, targetPid),
    ...(cgroupVersion === 2 && !privileged ? [{ type: 'cgroup' } as const] : []),
  ];
};

const joined = (type: OciNamespace['type'], path: string | undefined): readonly OciNamespace[] =>
  path === undefined ? [] : [{ type, path }];

const pidNamespace = (
  mode: NamespaceMode,
  podPath: string | undefined,
  targetPid: number | undefined,
): readonly OciNamespace[] => {
  switch (mode) {
    case 'container':
      return [{ type: 'pid' }];
    case 'node':
      return [];
    case 'pod':
      if (podPath === undefined) throw new JanusError('failed-precondition', 'the pod has no PID namespace to share');
      return joined('pid', podPath);
    case 'target':
      if (targetPid === undefined) throw new JanusError('failed-precondition', 'the target container does not run');
      return joined('pid', `/proc/${targetPid}/ns/pid`);
    default:
      return assertNever(mode);
  }
};

export const toOciMappings = (mappings: readonly IdMapping[]): readonly OciIdMapping[] =>
  mappings.map(({ hostId, containerId, length }) => ({ containerID: containerId, hostID: hostId, size: length }));

interface UserMappings {
  readonly uidMappings?: readonly OciIdMapping[];
  readonly gidMappings?: readonly OciIdMapping[];
}

export const userMappings = ({ sandbox, paths }: Pick<NamespacesInput, 'sandbox' | 'paths'>): UserMappings => {
  const pod = sandbox.config.security.namespaces.user;
  if (paths.userns === undefined || pod === undefined) return {};
  return { uidMappings: toOciMappings(pod.uids), gidMappings: toOciMappings(pod.gids) };
};
