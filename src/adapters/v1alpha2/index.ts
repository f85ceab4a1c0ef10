import type { Engine } from '../../core/engine.ts';
import type { ContainerRecord } from '../../core/model/container.ts';
import type { SandboxRecord } from '../../core/model/sandbox.ts';
import { imageHandlers } from '../shared/image-service.ts';
import { containerConfig } from '../shared/inbound/container-config.ts';
import { imageSpec } from '../shared/inbound/image.ts';
import { sandboxConfig } from '../shared/inbound/sandbox-config.ts';
import { listEncoding } from '../shared/list-encoding.ts';
import { container, containerStatus } from '../shared/outbound/container.ts';
import { podSandbox } from '../shared/outbound/sandbox.ts';
import { containerStats, podSandboxStats } from '../shared/outbound/stats.ts';
import { runtimeHandlers } from '../shared/runtime-service.ts';
import { implement } from '../shared/serve.ts';
import type { CriAdapter, Handlers, WithRecordLists } from '../shared/service.ts';
import { Container, ImageServiceService, PodSandbox, RuntimeServiceService } from './generated/api.ts';

const version = 'v1alpha2';

const runtimeService = (): WithRecordLists<RuntimeServiceService> => {
  const sandboxes = listEncoding(1, (record: SandboxRecord) => PodSandbox.encode(podSandbox(record)).finish());
  const containers = listEncoding(1, (record: ContainerRecord) => Container.encode(container(record)).finish());
  return {
    ...RuntimeServiceService,
    listPodSandbox: { ...RuntimeServiceService.listPodSandbox, responseSerialize: sandboxes.message },
    listContainers: { ...RuntimeServiceService.listContainers, responseSerialize: containers.message },
  };
};

const messages = { sandboxConfig, containerConfig, containerStatus, containerStats, podSandboxStats };

const runtime = (engine: Engine): Handlers<WithRecordLists<RuntimeServiceService>> =>
  runtimeHandlers(engine, version, messages);

const images = (engine: Engine): Handlers<ImageServiceService> => imageHandlers(engine, { imageSpec });

/** CRI v1alpha2, as of Kubernetes 1.25: the shared mapping and nothing else. */
export const adapter: CriAdapter = {
  version,
  services: (engine, watch) => {
    const definition = runtimeService();
    return [
      { definition, implementation: implement(definition, runtime(engine), { version, watch }) },
      {
        definition: ImageServiceService,
        implementation: implement(ImageServiceService, images(engine), { version, watch }),
      },
    ];
  },
};
