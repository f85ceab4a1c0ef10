import type {
  ContainerMetadata,
  ContainerRecord,
  ContainerState,
  ImageSpec,
  Mount,
} from '../../../core/model/container.ts';
import * as cri from '../../v1alpha2/generated/api.ts';
import { linuxResources } from './resources.ts';

const states: Readonly<Record<ContainerState['kind'], cri.ContainerState>> = {
  creating: cri.ContainerState.CONTAINER_UNKNOWN,
  created: cri.ContainerState.CONTAINER_CREATED,
  unrunnable: cri.ContainerState.CONTAINER_CREATED,
  running: cri.ContainerState.CONTAINER_RUNNING,
  exited: cri.ContainerState.CONTAINER_EXITED,
};

export const imageSpec = ({ image, annotations }: ImageSpec): cri.ImageSpec => ({ image, annotations });

/** With the name that people know the image by, where the request had its id: clients show it. */
export const namedImage = ({ config: { image }, imageName }: ContainerRecord): ImageSpec => ({
  ...image,
  image: imageName || image.image,
});

export const containerMetadata = ({ name, attempt }: ContainerMetadata): cri.ContainerMetadata => ({ name, attempt });

/** A container in a list. Kubelets from 1.23 on look its `image_ref` up among the ids of images, to know which are in use. */
export const container = (record: ContainerRecord): cri.Container => ({
  id: record.id,
  podSandboxId: record.sandboxId,
  metadata: containerMetadata(record.config.metadata),
  image: imageSpec(record.config.image),
  imageRef: record.imageId,
  state: states[record.state.kind],
  createdAt: record.createdAt,
  labels: record.config.labels,
  annotations: record.config.annotations,
});

const propagations: Readonly<Record<Mount['propagation'], cri.MountPropagation>> = {
  private: cri.MountPropagation.PROPAGATION_PRIVATE,
  'host-to-container': cri.MountPropagation.PROPAGATION_HOST_TO_CONTAINER,
  bidirectional: cri.MountPropagation.PROPAGATION_BIDIRECTIONAL,
};

export const mount = (mount: Mount): cri.Mount => ({
  containerPath: mount.containerPath,
  hostPath: mount.hostPath,
  readonly: mount.readonly,
  selinuxRelabel: mount.selinuxRelabel,
  propagation: propagations[mount.propagation],
});

type Course = Pick<cri.ContainerStatus, 'startedAt' | 'finishedAt' | 'exitCode' | 'reason' | 'message'>;

/** When and how it ran, as far as it got. */
const course = (state: ContainerState): Course => {
  const { finishedAt, exitCode, reason, message } =
    state.kind === 'exited' ? state.exit : { finishedAt: 0n, exitCode: 0, reason: '', message: '' };
  return { startedAt: 'startedAt' in state ? state.startedAt : 0n, finishedAt, exitCode, reason, message };
};

export const containerStatus = (record: ContainerRecord) =>
  ({
    id: record.id,
    metadata: containerMetadata(record.config.metadata),
    state: states[record.state.kind],
    createdAt: record.createdAt,
    ...course(record.state),
    image: imageSpec(namedImage(record)),
    imageRef: record.imageRef,
    labels: record.config.labels,
    annotations: record.config.annotations,
    mounts: record.config.mounts.map(mount),
    logPath: record.logPath,
    resources:
      record.resources === undefined ? undefined : { linux: linuxResources(record.resources), windows: undefined },
  }) satisfies cri.ContainerStatus;
