import type { ContainerPlan } from '../../core/ports/container-runtime.ts';

const PREFIX = 'io.kubernetes.cri.';

/**
 * crun would put a container into a cgroup below its systemd scope, and its limits with it; what looks for them in the scope, as we do and
 * cAdvisor does, would find none.
 */
export const NO_SUBGROUP = { 'run.oci.systemd.subgroup': '' } as const;

/**
 * What tools that read config.json look for, under the names that containerd made common. Nothing of the pod's own annotations: a
 * runtime obeys some of them, and pods are not to choose (CVE-2023-6476, CVE-2024-3154). No `container-type`: to gVisor's runsc it would mean that
 * the pod's sandbox is its own, and it would look for it; without, each container is a sandbox, in the pod's network.
 */
export const specAnnotations = ({ container, sandbox }: ContainerPlan): Readonly<Record<string, string>> => {
  const { metadata } = sandbox.config;
  return {
    [`${PREFIX}container-name`]: container.config.metadata.name,
    [`${PREFIX}image-name`]: container.config.image.userSpecifiedImage || container.config.image.image,
    [`${PREFIX}sandbox-id`]: sandbox.id,
    [`${PREFIX}sandbox-name`]: metadata.name,
    [`${PREFIX}sandbox-namespace`]: metadata.namespace,
    [`${PREFIX}sandbox-uid`]: metadata.uid,
    ...NO_SUBGROUP,
  };
};
