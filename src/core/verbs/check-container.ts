import { invalidArgument } from '../errors.ts';
import type { ContainerConfig } from '../model/container.ts';
import type { SandboxRecord } from '../model/sandbox.ts';
import type { IdMapping, NamespaceMode, UserNamespace } from '../model/security.ts';

const FIELD = 'config.linux.security_context';

/** What a container asks for must not contradict the pod that it is made in. Errors: invalid-argument. */
export const checkAgainstPod = ({ config: pod }: SandboxRecord, { security }: ContainerConfig): void => {
  if (security.privileged && !pod.security.privileged)
    throw invalidArgument(`${FIELD}.privileged`, 'a privileged container needs a privileged pod');
  const { network, ipc, user } = pod.security.namespaces;
  checkHostNamespace('network', security.namespaces.network, network);
  checkHostNamespace('ipc', security.namespaces.ipc, ipc);
  if (security.namespaces.user !== undefined && !sameUserNamespace(user, security.namespaces.user))
    throw invalidArgument(`${FIELD}.namespace_options.userns_options`, "must be the pod's own");
};

/** POD is what clients send that set nothing: the pod's own, whichever that is. */
const checkHostNamespace = (name: string, asked: NamespaceMode, pod: NamespaceMode): void => {
  if (asked === 'node' && pod !== 'node')
    throw invalidArgument(`${FIELD}.namespace_options.${name}`, "must not be NODE in a pod that has not the host's");
};

const sameUserNamespace = (pod: UserNamespace | undefined, own: UserNamespace): boolean => {
  if (own.mode !== 'pod' || pod?.mode !== 'pod') return (own.mode === 'pod') === (pod?.mode === 'pod');
  return sameMappings(pod.uids, own.uids) && sameMappings(pod.gids, own.gids);
};

const sameMappings = (a: readonly IdMapping[], b: readonly IdMapping[]): boolean =>
  a.length === b.length &&
  a.every(({ hostId, containerId, length }, at) => {
    const other = b[at];
    return hostId === other?.hostId && containerId === other.containerId && length === other.length;
  });
