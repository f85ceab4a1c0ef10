import type { Device, Mount } from '../../../core/model/container.ts';
import * as cri from '../../v1alpha2/generated/api.ts';
import { absolutePath, enumValue, matching } from './rules.ts';

const propagations: Readonly<Record<Exclude<cri.MountPropagation, -1>, Mount['propagation']>> = {
  [cri.MountPropagation.PROPAGATION_PRIVATE]: 'private',
  [cri.MountPropagation.PROPAGATION_HOST_TO_CONTAINER]: 'host-to-container',
  [cri.MountPropagation.PROPAGATION_BIDIRECTIONAL]: 'bidirectional',
};

/** `source` checks the host path, which some mounts do not have. */
export const mount = (message: cri.Mount, field: string, source = absolutePath): Mount => {
  const { containerPath, hostPath, readonly, selinuxRelabel, propagation, ...rest } = message;
  rest satisfies Record<string, never>;
  return {
    containerPath: absolutePath(containerPath, `${field}.container_path`),
    hostPath: source(hostPath, `${field}.host_path`),
    readonly,
    selinuxRelabel,
    propagation: enumValue(propagation, `${field}.propagation`, propagations),
    uidMappings: [],
    gidMappings: [],
    recursiveReadOnly: false,
    image: undefined,
    imageSubPath: '',
  };
};

const PERMISSIONS = { pattern: /^[rwm]{1,3}$/, rule: 'must be some of r, w and m' };

export const device = (message: cri.Device, field: string): Device => {
  const { containerPath, hostPath, permissions, ...rest } = message;
  rest satisfies Record<string, never>;
  return {
    containerPath: absolutePath(containerPath, `${field}.container_path`),
    hostPath: absolutePath(hostPath, `${field}.host_path`),
    permissions: matching(permissions, `${field}.permissions`, PERMISSIONS),
  };
};
