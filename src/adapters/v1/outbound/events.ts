import type { PodEvent, SandboxView } from '../../../core/engine.ts';
import type { PodEventKind } from '../../../core/model/pod-event.ts';
import { podSandboxStatus } from '../../shared/outbound/sandbox.ts';
import * as cri from '../generated/api.ts';
import { containerStatus } from './container.ts';

const types: Readonly<Record<PodEventKind, cri.ContainerEventType>> = {
  created: cri.ContainerEventType.CONTAINER_CREATED_EVENT,
  started: cri.ContainerEventType.CONTAINER_STARTED_EVENT,
  stopped: cri.ContainerEventType.CONTAINER_STOPPED_EVENT,
  deleted: cri.ContainerEventType.CONTAINER_DELETED_EVENT,
};

/** The pod's containers at the moment that `timestamp` tells; kubelets order these against events. */
export const podView = ({ containers, timestamp }: SandboxView) => ({
  containersStatuses: containers.map(containerStatus),
  timestamp,
});

export const containerEvent = (event: PodEvent): cri.ContainerEventResponse => ({
  containerId: event.id,
  containerEventType: types[event.kind],
  createdAt: event.timestamp,
  podSandboxStatus: podSandboxStatus(event.sandbox),
  containersStatuses: event.containers.map(containerStatus),
});
