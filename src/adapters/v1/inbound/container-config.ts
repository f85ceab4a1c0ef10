import type { ContainerConfig } from '../../../core/model/container.ts';
import * as shared from '../../shared/inbound/container-config.ts';
import { enumValue, matching, required } from '../../shared/inbound/rules.ts';
import type * as cri from '../generated/api.ts';
import { signalNames } from '../signals.ts';
import { imageSpec } from './image.ts';
import { mount } from './mounts.ts';
import { supplementalGroupsPolicy } from './security.ts';

const CDI_NAME = {
  pattern: /^[A-Za-z]([\w.-]*[A-Za-z0-9])?\/[A-Za-z]([\w.-]*[A-Za-z0-9])?=[A-Za-z0-9]([\w.:-]*[A-Za-z0-9])?$/,
  rule: 'must be a CDI name such as vendor.com/class=name',
};

const cdiDevice = (message: cri.CDIDevice, field: string): string => {
  const { name, ...rest } = message;
  rest satisfies Record<string, never>;
  return matching(name, `${field}.name`, CDI_NAME);
};

export const containerConfig = (message: cri.ContainerConfig | undefined, field: string): ContainerConfig => {
  // Mounts are v1's alone: some have no host path, which the shared mapping would refuse.
  const { mounts, CDIDevices, stopSignal, ...others } = required(message, field);
  const config = shared.containerConfig({ ...others, mounts: [] }, field);
  const policy = supplementalGroupsPolicy(others.linux?.securityContext, `${field}.linux.security_context`);
  return {
    ...config,
    image: imageSpec(others.image, `${field}.image`),
    mounts: mounts.map((entry, index) => mount(entry, `${field}.mounts[${index}]`)),
    cdiDevices: CDIDevices.map((entry, index) => cdiDevice(entry, `${field}.CDI_devices[${index}]`)),
    security: { ...config.security, supplementalGroupsPolicy: policy },
    stopSignal: enumValue(stopSignal, `${field}.stop_signal`, signalNames).name,
  };
};
