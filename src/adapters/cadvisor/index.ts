import { invalidArgument, JanusError } from '../../core/errors.ts';
import type { ContainerRecord } from '../../core/model/container.ts';
import { type ContainerId, isFullId, type SandboxId } from '../../core/model/ids.ts';
import type { SandboxRecord } from '../../core/model/sandbox.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { Watch } from '../shared/instrument.ts';
import { implement } from '../shared/serve.ts';
import type { GrpcService, Handlers } from '../shared/service.ts';
import { ContainersService } from './generated/containers.ts';
import { TasksService } from './generated/tasks.ts';
import { VersionService } from './generated/version.ts';
import { container, type Owner, task } from './outbound.ts';

/** Also of what is being made: a cgroup is seen before the call that makes it returns, and is not asked about again. */
export interface Records {
  sandbox(id: SandboxId): SandboxRecord | undefined;
  container(id: ContainerId): ContainerRecord | undefined;
}

/** The pod or the container of that id; `field` is where the id came in. */
export const ownerOf = (id: string, field: string, records: Records): Owner => {
  if (!isFullId(id)) throw invalidArgument(field, 'must be 64 hex digits');
  const sandbox = records.sandbox(id as SandboxId);
  if (sandbox !== undefined) return { kind: 'sandbox', record: sandbox };
  const record = records.container(id as ContainerId);
  const pod = record && records.sandbox(record.sandboxId);
  if (record === undefined || pod === undefined) throw new JanusError('not-found', `${field}: no container ${id}`);
  return { kind: 'container', record, pod: pod.config.metadata };
};

/** That a cgroup is not ours is nothing to warn of: cAdvisor asks about each one of the machine. */
const calm = (logger: Logger): Logger => ({ ...logger, warn: (message, fields) => logger.debug(message, fields) });

/**
 * What a kubelet's cAdvisor asks of a container engine: whose a cgroup is, and which process it began with. It knows no engine but two and asks
 * in their words; these are containerd's. Without an answer its figures have no pod's name, and pods no network.
 */
export const createCadvisorServices = (
  records: Records,
  { version, watch }: { readonly version: string; readonly watch: Watch },
): readonly GrpcService[] => {
  const containers: Handlers<ContainersService> = {
    get: async ({ id }) => ({ container: container(ownerOf(id, 'id', records)) }),
  };
  const tasks: Handlers<TasksService> = {
    get: async ({ containerId }) => ({ process: task(ownerOf(containerId, 'container_id', records)) }),
  };
  const versions: Handlers<VersionService> = { version: async () => ({ version, revision: '' }) };
  const options = { version: 'cadvisor', watch: { ...watch, logger: calm(watch.logger) } };
  return [
    { definition: ContainersService, implementation: implement(ContainersService, containers, options) },
    { definition: TasksService, implementation: implement(TasksService, tasks, options) },
    { definition: VersionService, implementation: implement(VersionService, versions, options) },
  ];
};
