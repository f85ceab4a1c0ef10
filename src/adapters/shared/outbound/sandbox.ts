import { podIps, type SandboxMetadata, type SandboxRecord, type SandboxState } from '../../../core/model/sandbox.ts';
import type {
  UserNamespace as CoreUserNamespace,
  IdMapping,
  NamespaceMode,
  NamespaceOptions,
} from '../../../core/model/security.ts';
import * as cri from '../../v1alpha2/generated/api.ts';

const modes: Readonly<Record<NamespaceMode, cri.NamespaceMode>> = {
  pod: cri.NamespaceMode.POD,
  container: cri.NamespaceMode.CONTAINER,
  node: cri.NamespaceMode.NODE,
  target: cri.NamespaceMode.TARGET,
};

export const idMapping = ({ hostId, containerId, length }: IdMapping): cri.IDMapping => ({
  hostId,
  containerId,
  length,
});

const userNamespace = ({ mode, uids, gids }: CoreUserNamespace): cri.UserNamespace => ({
  mode: modes[mode],
  uids: uids.map(idMapping),
  gids: gids.map(idMapping),
});

/** As the client asked: a kubelet makes a new pod when its modes come back changed. */
const namespaceOption = ({ network, pid, ipc, targetId, user }: NamespaceOptions): cri.NamespaceOption => ({
  network: modes[network],
  pid: modes[pid],
  ipc: modes[ipc],
  targetId,
  usernsOptions: user === undefined ? undefined : userNamespace(user),
});

export const sandboxMetadata = ({ name, uid, namespace, attempt }: SandboxMetadata): cri.PodSandboxMetadata => ({
  name,
  uid,
  namespace,
  attempt,
});

const sandboxState = ({ kind }: SandboxState): cri.PodSandboxState =>
  kind === 'ready' ? cri.PodSandboxState.SANDBOX_READY : cri.PodSandboxState.SANDBOX_NOTREADY;

/** A sandbox in a list. */
export const podSandbox = (sandbox: SandboxRecord): cri.PodSandbox => ({
  id: sandbox.id,
  metadata: sandboxMetadata(sandbox.config.metadata),
  state: sandboxState(sandbox.state),
  createdAt: sandbox.createdAt,
  labels: sandbox.config.labels,
  annotations: sandbox.config.annotations,
  runtimeHandler: sandbox.runtimeHandler,
});

const networkStatus = (sandbox: SandboxRecord): cri.PodSandboxNetworkStatus => {
  const [ip = '', ...additional] = podIps(sandbox);
  return { ip, additionalIps: additional.map((other) => ({ ip: other })) };
};

export const podSandboxStatus = (sandbox: SandboxRecord): cri.PodSandboxStatus => ({
  ...podSandbox(sandbox),
  network: networkStatus(sandbox),
  linux: { namespaces: { options: namespaceOption(sandbox.config.security.namespaces) } },
});
