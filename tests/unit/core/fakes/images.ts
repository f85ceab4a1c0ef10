import type { Image } from '../../../../src/core/model/image.ts';
import type { ImageStore } from '../../../../src/core/ports/image-store.ts';
import { busybox } from './records.ts';
import type { Script } from './script.ts';

export interface FakeImages extends ImageStore {
  readonly stored: Map<string, Image>;
}

/** Calls: `images.find`, `images.pull`, `images.delete` (after it was asked whether the image is in use). */
export const createFakeImages = (script: Script): FakeImages => {
  const stored = new Map<string, Image>([['busybox', busybox]]);
  return {
    stored,
    list: async () => [...stored.values()],
    find: async (reference) => {
      const image = stored.get(reference);
      await script.enter('images.find');
      return image;
    },
    pull: async ({ reference }, { signal }) => {
      await script.enter('images.pull', signal);
      stored.set(reference, busybox);
      return busybox;
    },
    remove: async (reference, inUse) => {
      const image = stored.get(reference);
      if (image === undefined) return;
      if (inUse(image)) throw new Error('in use');
      await script.enter('images.delete');
      stored.delete(reference);
    },
    pulls: async () => [],
    usage: async () => ({ timestamp: 1n, mountpoint: '/graph', usedBytes: 5, inodesUsed: 6 }),
  };
};
