import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ContainerConfig } from '../../core/model/container.ts';
import type { ImageConfig } from '../../core/model/image.ts';
import { containerPath } from './paths.ts';

/** A VOLUME of the image that the request does not mount itself. */
export interface ImageVolume {
  /** Absolute, normal, without `..`; a link in the root file system may still lead elsewhere: see resolveInRootfs. */
  readonly containerPath: string;
  /** Directory that has to hold a copy of what the image has at `containerPath` before the container is created. */
  readonly hostPath: string;
}

/**
 * Errors: invalid-argument for a VOLUME with `..` (CVE-2022-23648). The name of the directory is a digest, so nothing
 * an image writes can choose a place on the host.
 */
export const imageVolumes = (
  image: Pick<ImageConfig, 'volumes'>,
  config: Pick<ContainerConfig, 'mounts'>,
  volumesDir: string,
): readonly ImageVolume[] => {
  const mounted = new Set(config.mounts.map((mount) => containerPath(mount.containerPath, 'mounts.container_path')));
  const paths = new Set(
    image.volumes.map((path) => containerPath(path.startsWith('/') ? path : `/${path}`, 'VOLUME of the image')),
  );
  return [...paths]
    .filter((path) => path !== '/' && !mounted.has(path))
    .map((path) => ({
      containerPath: path,
      hostPath: join(volumesDir, createHash('sha256').update(path).digest('hex')),
    }));
};
