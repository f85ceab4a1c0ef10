import type { ContainerPlan } from '../../core/ports/container-runtime.ts';
import type { PreparedInputs } from './build-spec.ts';
import { prepareDevices } from './prepare-devices.ts';
import { type PrepareMountsOptions, prepareMounts } from './prepare-mounts.ts';
import { resolveUser } from './resolve-user.ts';
import { readLocalhostSeccomp } from './security.ts';
import { imageVolumes } from './volumes.ts';

export interface PrepareOptions extends PrepareMountsOptions {
  readonly rootfs: string;
  /** Directory that holds the container's copies of the image's volumes. */
  readonly volumesDir: string;
}

/**
 * Reads and checks all that buildSpec needs from the host and the mounted image; makes missing host paths of mounts.
 * Errors: those of its parts. The caller fills the directories of `volumes`.
 */
export const prepareSpec = async (
  plan: Pick<ContainerPlan, 'container' | 'image'>,
  options: PrepareOptions,
): Promise<PreparedInputs> => {
  const { config } = plan.container;
  const volumes = imageVolumes(plan.image.config, config, options.volumesDir);
  const user = await resolveUser(config.security, plan.image.config, options.rootfs);
  const localhostSeccomp = await readLocalhostSeccomp(config.security);
  const devices = await prepareDevices(config, options);
  const mounts = await prepareMounts(config.mounts, options);
  return { user, mounts, volumes, devices, localhostSeccomp };
};
