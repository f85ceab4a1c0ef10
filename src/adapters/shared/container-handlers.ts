import type { Call, Engine } from '../../core/engine.ts';
import type { ContainerConfig, ContainerRecord } from '../../core/model/container.ts';
import type * as cri from '../v1alpha2/generated/api.ts';
import { containerFilter } from './inbound/filters.ts';
import { linuxResources } from './inbound/resources.ts';
import { absentOnLinux, filled, required } from './inbound/rules.ts';
import { graceSeconds } from './inbound/sessions.ts';
import { verboseInfo } from './outbound/info.ts';
import type { Shared, With } from './v1alpha2.ts';

export interface ContainerMessages<Config, Status> {
  readonly containerConfig: (message: Config | undefined, field: string) => ContainerConfig;
  readonly containerStatus: (record: ContainerRecord) => Status;
}

interface VersionedRpcs<Config, Status> {
  createContainer(
    request: With<cri.CreateContainerRequest, { readonly config: Config | undefined }>,
    call: Call,
  ): Promise<cri.CreateContainerResponse>;
  containerStatus(request: cri.ContainerStatusRequest): Promise<With<cri.ContainerStatusResponse, { status: Status }>>;
}

type ContainerRpc =
  | 'startContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'listContainers'
  | 'updateContainerResources'
  | 'reopenContainerLog';

export const containerHandlers = <Config, Status>(engine: Engine, messages: ContainerMessages<Config, Status>) =>
  ({
    /** `sandbox_config` repeats what RunPodSandbox was given; the sandbox's own record counts. */
    async createContainer({ podSandboxId, config: wire, sandboxConfig: _repeated, ...rest }, call) {
      rest satisfies Record<string, never>;
      const sandboxId = filled(podSandboxId, 'pod_sandbox_id');
      const config = messages.containerConfig(wire, 'config');
      return { containerId: await engine.createContainer({ sandboxId, config }, call) };
    },

    async startContainer({ containerId, ...rest }, call) {
      rest satisfies Record<string, never>;
      await engine.startContainer(filled(containerId, 'container_id'), call);
      return {};
    },

    async stopContainer({ containerId, timeout, ...rest }, call) {
      rest satisfies Record<string, never>;
      await engine.stopContainer(filled(containerId, 'container_id'), graceSeconds(timeout, 'timeout'), call);
      return {};
    },

    async removeContainer({ containerId, ...rest }, call) {
      rest satisfies Record<string, never>;
      await engine.removeContainer(filled(containerId, 'container_id'), call);
      return {};
    },

    async listContainers({ filter, ...rest }) {
      rest satisfies Record<string, never>;
      return engine.listContainers(containerFilter(filter));
    },

    async containerStatus({ containerId, verbose, ...rest }) {
      rest satisfies Record<string, never>;
      const record = engine.container(filled(containerId, 'container_id'));
      const info = await verboseInfo(verbose, () => engine.containerInfo(record.id));
      return { status: messages.containerStatus(record), info };
    },

    /** `annotations` are hints for other runtimes; none are defined. */
    async updateContainerResources({ containerId, linux, windows, annotations: _hints, ...rest }, call) {
      rest satisfies Record<string, never>;
      absentOnLinux(windows, 'windows');
      const id = filled(containerId, 'container_id');
      await engine.updateContainerResources(id, linuxResources(required(linux, 'linux'), 'linux'), call);
      return {};
    },

    async reopenContainerLog({ containerId, ...rest }, call) {
      rest satisfies Record<string, never>;
      await engine.reopenContainerLog(filled(containerId, 'container_id'), call);
      return {};
    },
  }) satisfies VersionedRpcs<Config, Status> & Shared<ContainerRpc>;
