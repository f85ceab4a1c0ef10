import { invalidArgument } from '../errors.ts';
import type { ContainerConfig } from '../model/container.ts';
import type { SandboxRecord } from '../model/sandbox.ts';
import type { NamespaceMode } from '../model/security.ts';

const FIELD = 'config.linux.security_context';

/** What a container asks for must not contradict the pod that it is made in. Errors: invalid-argument. */
export const checkAgainstPod = ({ config: pod }: SandboxRecord, { security }: ContainerConfig): void => {
  if (security.privileged && !pod.security.privileged)
    throw invalidArgument(`${FIELD}.privileged`, 'a privileged container needs a privileged pod');
  const { network, ipc } = pod.security.namespaces;
  checkHostNamespace('network', security.namespaces.network, network);
  checkHostNamespace('ipc', security.namespaces.ipc, ipc);
};

/** POD is what clients send that set nothing: the pod's own, whichever that is. */
const checkHostNamespace = (name: string, asked: NamespaceMode, pod: NamespaceMode): void => {
  if (asked === 'node' && pod !== 'node')
    throw invalidArgument(`${FIELD}.namespace_options.${name}`, "must not be NODE in a pod that has not the host's");
};
