import type { ContainerRecord } from '../../core/model/container.ts';
import type { SandboxRecord } from '../../core/model/sandbox.ts';
import { type ListEncoding, listEncoding } from '../shared/list-encoding.ts';
import { podSandbox } from '../shared/outbound/sandbox.ts';
import { Container, PodSandbox, RuntimeServiceService } from './generated/api.ts';
import { container } from './outbound/container.ts';

export interface ListEncodings {
  readonly sandboxes: ListEncoding<SandboxRecord>;
  readonly containers: ListEncoding<ContainerRecord>;
}

export const listEncodings = (): ListEncodings => ({
  sandboxes: listEncoding(1, (record) => PodSandbox.encode(podSandbox(record)).finish()),
  containers: listEncoding(1, (record) => Container.encode(container(record)).finish()),
});

const asIs = (bytes: Buffer): Buffer => bytes;

/** The generated definition, but that lists are serialized from records, and streamed lists come serialized. */
export const runtimeService = ({ sandboxes, containers }: ListEncodings) => ({
  ...RuntimeServiceService,
  listPodSandbox: { ...RuntimeServiceService.listPodSandbox, responseSerialize: sandboxes.message },
  listContainers: { ...RuntimeServiceService.listContainers, responseSerialize: containers.message },
  streamPodSandboxes: { ...RuntimeServiceService.streamPodSandboxes, responseSerialize: asIs },
  streamContainers: { ...RuntimeServiceService.streamContainers, responseSerialize: asIs },
});

export type RuntimeService = ReturnType<typeof runtimeService>;
