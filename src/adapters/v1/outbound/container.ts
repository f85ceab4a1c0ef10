import type { ContainerRecord, ContainerUser, ImageSpec, Mount } from '../../../core/model/container.ts';
import * as shared from '../../shared/outbound/container.ts';
import { idMapping } from '../../shared/outbound/sandbox.ts';
import type * as cri from '../generated/api.ts';
import { wireSignal } from '../signals.ts';

/** With what the reference turned out to name. */
const imageSpec = (spec: ImageSpec, imageRef: string): cri.ImageSpec => ({
  ...shared.imageSpec(spec),
  userSpecifiedImage: spec.userSpecifiedImage,
  runtimeHandler: spec.runtimeHandler,
  imageRef,
});

/** A container in a list. */
export const container = (record: ContainerRecord): cri.Container => ({
  ...shared.container(record),
  image: imageSpec(record.config.image, record.imageRef),
  imageId: record.imageId,
});

const mount = (entry: Mount, imageRef: string): cri.Mount => ({
  ...shared.mount(entry),
  uidMappings: entry.uidMappings.map(idMapping),
  gidMappings: entry.gidMappings.map(idMapping),
  recursiveReadOnly: entry.recursiveReadOnly,
  image: entry.image === undefined ? undefined : imageSpec(entry.image, imageRef),
  imageSubPath: entry.imageSubPath,
});

const mounts = ({ config, mountedImageIds }: ContainerRecord): cri.Mount[] => {
  const ids = mountedImageIds.values();
  return config.mounts.map((entry) => mount(entry, entry.image === undefined ? '' : (ids.next().value ?? '')));
};

const containerUser = ({ uid, gid, supplementalGroups }: ContainerUser): cri.ContainerUser => ({
  linux: { uid: BigInt(uid), gid: BigInt(gid), supplementalGroups: supplementalGroups.map(BigInt) },
});

export const containerStatus = (record: ContainerRecord): cri.ContainerStatus => {
  const status = shared.containerStatus(record);
  return {
    ...status,
    image: imageSpec(shared.namedImage(record), record.imageRef),
    mounts: mounts(record),
    resources: status.resources === undefined ? undefined : { linux: status.resources.linux, windows: undefined },
    imageId: record.imageId,
    user: record.user === undefined ? undefined : containerUser(record.user),
    stopSignal: wireSignal(record.stopSignal),
  };
};
