import type { ContainerPlan } from '../../core/ports/container-runtime.ts';

const PREFIX = 'io.kubernetes.cri.';

/**
 * What tools that read config.json look for, under the names that containerd made common. Nothing of the pod's own annotations: a
 * runtime obeys some of them, and pods are not to choose (CVE-2023-6476, CVE-2024-3154).
 */
export const specAnnotations = ({ container, sandbox }: ContainerPlan): Readonly<Record<string, string>> => {
  const { metadata } = sandbox.config;
  return {
    [`${PREFIX}container-type`]: 'container',
    [`${PREFIX}container-name`]: container.config.metadata.name,
    [`${PREFIX}image-name`]: container.config.image.userSpecifiedImage || container.config.image.image,
    [`${PREFIX}sandbox-id`]: sandbox.id,
    [`${PREFIX}sandbox-name`]: metadata.name,
    [`${PREFIX}sandbox-namespace`]: metadata.namespace,
    [`${PREFIX}sandbox-uid`]: metadata.uid,
  };
};
