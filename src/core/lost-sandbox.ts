import type { Context } from './context.ts';
import type { ContainerRecord } from './model/container.ts';
import type { SandboxId } from './model/ids.ts';
import type { SandboxMetadata, SandboxRecord } from './model/sandbox.ts';
import type { SandboxSecurity } from './model/security.ts';
import type { CgroupPlace } from './ports/sandbox-host.ts';

export interface LostSandbox {
  readonly id: SandboxId;
  /** One of its containers, whose name says which pod it was. */
  readonly container?: ContainerRecord;
  readonly cgroup?: CgroupPlace | undefined;
}

/** Everything that a pod can have: what it did not have is not there to be taken down. */
const security: SandboxSecurity = {
  namespaces: { network: 'pod', pid: 'pod', ipc: 'pod', targetId: '', user: undefined },
  selinux: undefined,
  runAsUser: undefined,
  runAsGroup: undefined,
  readonlyRootfs: false,
  supplementalGroups: [],
  supplementalGroupsPolicy: 'merge',
  privileged: false,
  seccomp: undefined,
  apparmor: undefined,
};

/** From `k8s_<container>_<pod>_<namespace>_<uid>_<attempt>`. Names that hold `_` themselves cannot be told apart. */
const metadataOf = (container: ContainerRecord | undefined): SandboxMetadata => {
  const parts = container?.name.split('_') ?? [];
  const [, , name = '', namespace = '', uid = ''] = parts.length === 6 ? parts : [];
  return { name, namespace, uid, attempt: 0 };
};

/**
 * Stands for a sandbox whose record is lost: not ready, with all of its teardown to do, so that its containers are in nobody's way and clients can stop
 * and remove it as any other one. Its name is nobody else's.
 */
export const lostSandbox = (ctx: Context, { id, container, cgroup }: LostSandbox): SandboxRecord => ({
  id,
  name: `lost_${id}`,
  config: {
    metadata: metadataOf(container),
    hostname: '',
    logDirectory: '',
    dns: undefined,
    portMappings: [],
    labels: {},
    annotations: {},
    cgroupParent: '',
    sysctls: {},
    security,
    overhead: undefined,
    resources: undefined,
  },
  runtimeHandler: '',
  runtime: ctx.handlers.runtimeOf(''),
  cgroupDriver: cgroup?.cgroupDriver ?? ctx.cgroupDriver,
  cgroupParent: cgroup?.cgroupParent ?? ctx.cgroupParent,
  createdAt: container?.createdAt ?? ctx.clock.unique(),
  state: { kind: 'stopped', teardownPending: true, networks: [], reason: 'its record is lost' },
});
