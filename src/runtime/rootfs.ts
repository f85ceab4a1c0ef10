import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from '../core/model/image.ts';
import { errnoOf } from '../core/errors.ts';
import { mount, unmount } from '../host/kernel.ts';
import type { ContainerLayout } from './container-layout.ts';

/** The kernel reads at most one page of mount options (mount(2)). */
const MAX_OPTIONS = 4095;

const optionsOf = (layers: readonly string[], upper: string, work: string): string =>
  `lowerdir=${layers.join(':')},upperdir=${upper},workdir=${work}`;

/**
 * With very many layers their paths are given relative to their common directory: the working directory is changed for the
 * one synchronous call and everything else in the daemon uses absolute paths.
 */
const mountShort = (target: string, layers: readonly string[], rest: { upper: string; work: string; extra: string }): void => {
  const home = process.cwd();
  const base = join(layers[0] ?? '/', '..');
  process.chdir(base);
  try {
    const short = layers.map((layer) => (layer.startsWith(`${base}/`) ? layer.slice(base.length + 1) : layer));
    mount({ source: 'overlay', target, type: 'overlay', data: optionsOf(short, rest.upper, rest.work) + rest.extra });
  } finally {
    process.chdir(home);
  }
};

const mountOverlay = (target: string, layers: readonly string[], dirs: { upper: string; work: string; extra: string }): void => {
  const data = optionsOf(layers, dirs.upper, dirs.work) + dirs.extra;
  if (data.length > MAX_OPTIONS) mountShort(target, layers, dirs);
  else mount({ source: 'overlay', target, type: 'overlay', data });
};

/**
 * Mounts the image's layers with a fresh writable one on top. `volatile` leaves out overlayfs' syncs: the layer is never used again after
 * the machine went down, and without it each unmount waits for the disk. Kernels before 5.10 do not know it.
 */
export const mountRootfs = async (image: Image, { rootfs, layer }: ContainerLayout): Promise<void> => {
  const upper = join(layer, 'upper');
  const work = join(layer, 'work');
  await Promise.all([mkdir(rootfs, { recursive: true, mode: 0o700 }), mkdir(upper, { recursive: true, mode: 0o755 }), mkdir(work, { recursive: true, mode: 0o700 })]);
  try {
    mountOverlay(rootfs, image.layers, { upper, work, extra: ',volatile' });
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL') throw error;
    mountOverlay(rootfs, image.layers, { upper, work, extra: '' });
  }
};

export const releaseRootfs = async ({ rootfs, layer }: ContainerLayout): Promise<void> => {
  unmount(rootfs);
  await rm(layer, { recursive: true, force: true });
};
