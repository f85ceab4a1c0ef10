import { closeSync, mkdirSync, openSync, rmdirSync } from 'node:fs';
import { chmod, chown, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../core/errors.ts';
import type { Image } from '../core/model/image.ts';
import { makeDirectory } from '../host/files.ts';
import { mount, mountIdMapped, unmount } from '../host/libc/mounts.ts';
import type { ContainerLayout } from './container-layout.ts';

/** A user namespace whose root owns the files that the image gives to root. */
export interface RootfsOwner {
  readonly usernsPath: string;
  readonly uid: number;
  readonly gid: number;
}

/** The kernel reads at most one page of mount options (mount(2)). */
const MAX_OPTIONS = 4095;

interface Overlay {
  readonly target: string;
  readonly layers: readonly string[];
  readonly upper: string;
  readonly work: string;
}

const optionsOf = ({ layers, upper, work }: Overlay): string =>
  `lowerdir=${layers.join(':')},upperdir=${upper},workdir=${work}`;

/**
 * With very many layers their paths are given relative to their common directory: the working directory is changed for the
 * one synchronous call and everything else in the daemon uses absolute paths.
 */
const mountShort = (overlay: Overlay, extra: string): void => {
  const home = process.cwd();
  const base = join(overlay.layers[0] ?? '/', '..');
  process.chdir(base);
  try {
    const layers = overlay.layers.map((layer) => (layer.startsWith(`${base}/`) ? layer.slice(base.length + 1) : layer));
    mount({
      source: 'overlay',
      target: overlay.target,
      type: 'overlay',
      data: optionsOf({ ...overlay, layers }) + extra,
    });
  } finally {
    process.chdir(home);
  }
};

const mountWith = (overlay: Overlay, extra: string): void => {
  const data = optionsOf(overlay) + extra;
  if (data.length > MAX_OPTIONS) mountShort(overlay, extra);
  else mount({ source: 'overlay', target: overlay.target, type: 'overlay', data });
};

/**
 * `volatile` leaves out overlayfs' syncs: the layer is never used again after the machine went down, and without it each unmount waits
 * for the disk. Kernels before 5.10 do not know it.
 */
const mountOverlay = (overlay: Overlay): void => {
  try {
    mountWith(overlay, ',volatile');
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL') throw error;
    mountWith(overlay, '');
  }
};

/** Gives `use` the layers with their owners mapped into the user namespace. overlayfs keeps them after they are unmounted again. */
const withMappedLayers = (
  layers: readonly string[],
  { usernsPath }: RootfsOwner,
  { bundle, use }: { bundle: string; use: (mapped: readonly string[]) => void },
): void => {
  const userns = openSync(usernsPath, 'r');
  const mapped: string[] = [];
  try {
    for (const [index, source] of layers.entries()) {
      const target = join(bundle, `layer-${index}`);
      mkdirSync(target, { mode: 0o700 });
      mapped.push(target);
      mountIdMapped({ source, target, userns, recursive: false, close: closeSync });
    }
    use(mapped);
  } finally {
    closeSync(userns);
    for (const target of mapped) {
      unmount(target);
      rmdirSync(target);
    }
  }
};

/** The runtime sets the container up as the root of the pod's user namespace, who has to pass through to what is below. */
export const openTo = async (directory: string, { gid }: Pick<RootfsOwner, 'gid'>): Promise<void> => {
  await chown(directory, 0, gid);
  await chmod(directory, 0o710);
};

/** Mounts the image's layers with a fresh writable one on top; with `owner`, for a pod with a user namespace of its own. */
export const mountRootfs = async (
  image: Image,
  { bundle, rootfs, layer }: ContainerLayout,
  owner: RootfsOwner | undefined,
): Promise<void> => {
  await makeDirectory(layer, 0o700);
  const upper = join(layer, 'upper');
  const work = join(layer, 'work');
  await Promise.all([makeDirectory(rootfs, 0o700), makeDirectory(upper, 0o755), makeDirectory(work, 0o700)]);
  const overlay = { target: rootfs, layers: image.layers, upper, work };
  if (owner === undefined) return mountOverlay(overlay);
  await openTo(layer, owner);
  await chown(upper, owner.uid, owner.gid);
  withMappedLayers(image.layers, owner, { bundle, use: (layers) => mountOverlay({ ...overlay, layers }) });
};

export const releaseRootfs = async ({ rootfs, layer, mounts }: ContainerLayout): Promise<void> => {
  unmount(rootfs);
  for (const name of await readdir(mounts).catch(() => [])) unmount(join(mounts, name));
  await rm(layer, { recursive: true, force: true });
};
