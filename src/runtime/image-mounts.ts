import { join } from 'node:path';
import { invalidArgument, notFound } from '../core/errors.ts';
import type { Mount } from '../core/model/container.ts';
import type { ImageStore } from '../core/ports/image-store.ts';
import { makeDirectory } from '../host/files.ts';
import { MS, mount } from '../host/libc/mounts.ts';
import { resolveInRootfs } from './spec/rootfs-files.ts';

export interface ImageMountsOptions {
  readonly images: Pick<ImageStore, 'find'>;
  /** Directory for the mounted images: one entry each. */
  readonly directory: string;
}

/** overlayfs wants two lower layers at least. */
const mountLayers = (layers: readonly string[], target: string): void => {
  const [only = ''] = layers;
  if (layers.length > 1)
    mount({ source: 'overlay', target, type: 'overlay', flags: MS.rdonly, data: `lowerdir=${layers.join(':')}` });
  else {
    mount({ source: only, target, flags: MS.bind });
    mount({ source: only, target, flags: MS.bind | MS.remount | MS.rdonly });
  }
};

/** Mounts the image of an image mount, read-only, and gives the path of what is to be shown; `releaseRootfs` unmounts it. */
export const imageMountPath = ({ images, directory }: ImageMountsOptions) => {
  let count = 0;
  return async ({ image, imageSubPath, containerPath }: Mount): Promise<string> => {
    const reference = image?.image ?? '';
    const found = await images.find(reference);
    if (found === undefined) throw notFound('image', reference);
    const target = join(directory, `image-${count++}`);
    await makeDirectory(target, 0o755);
    mountLayers(found.layers, target);
    if (imageSubPath === '') return target;
    const path = await resolveInRootfs(target, imageSubPath);
    if (path === undefined)
      throw invalidArgument('config.mounts.image_sub_path', `${containerPath}: the image has no ${imageSubPath}`);
    return path;
  };
};
