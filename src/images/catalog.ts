import { stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../core/errors.ts';
import { imageId } from '../core/model/ids.ts';
import type { Image } from '../core/model/image.ts';
import type { Logger } from '../core/ports/logger.ts';
import { parseImageConfig, splitUser } from './image-config.ts';
import { namesOf } from './image-names.ts';
import { chainOf, layerDirectory } from './layers.ts';
import { type ImageRecord, type LayerRecord, readConfig, readImageRecords, readLayerRecords } from './store-files.ts';

export interface CatalogOptions {
  readonly graphRoot: string;
  /** An empty directory: the layer of images that have none. */
  readonly emptyLayer: string;
  /** Full name of the image that is pinned; undefined: none. */
  readonly pinned: string | undefined;
  readonly logger: Logger;
}

export interface StoredImage {
  readonly record: ImageRecord;
  readonly image: Image;
  readonly layers: readonly StoredLayer[];
}

export interface StoredLayer {
  readonly record: LayerRecord;
  readonly directory: string;
}

/** The images of the store at one moment. */
export type Catalog = readonly StoredImage[];

/** Reads the store's images. Rejects when the index files cannot be read or are no JSON. */
export type CatalogReader = () => Promise<Catalog>;

/**
 * Returns a reader that gives its last answer again while the two index files are the same by inode, size and time.
 * What belongs to one image or one layer is read once: it does not change under the same id and time.
 */
export const createCatalogReader = (options: CatalogOptions): CatalogReader => {
  const store = openStore(options);
  let last: { readonly stamp: string; readonly catalog: Promise<Catalog> } | undefined;
  return async () => {
    const stamp = await stampOf(store);
    if (last?.stamp === stamp) return last.catalog;
    const reading = { stamp, catalog: readCatalog(store) };
    last = reading;
    reading.catalog.catch(() => {
      if (last === reading) last = undefined;
    });
    return reading.catalog;
  };
};

interface Store extends CatalogOptions {
  readonly imagesDirectory: string;
  readonly imageIndex: string;
  readonly layerIndex: string;
  readonly overlay: string;
  readonly configs: Remembered<Image['config']>;
  readonly directories: Remembered<string>;
}

const openStore = (options: CatalogOptions): Store => ({
  ...options,
  imagesDirectory: path.join(options.graphRoot, 'overlay-images'),
  imageIndex: path.join(options.graphRoot, 'overlay-images', 'images.json'),
  layerIndex: path.join(options.graphRoot, 'overlay-layers', 'layers.json'),
  overlay: path.join(options.graphRoot, 'overlay'),
  configs: remembered(),
  directories: remembered(),
});

const stampOf = async ({ imageIndex, layerIndex }: Store): Promise<string> => {
  const stats = await Promise.all(
    [imageIndex, layerIndex].map((file) => stat(file, { bigint: true }).catch(() => undefined)),
  );
  return stats.map((file) => (file === undefined ? '-' : `${file.ino} ${file.size} ${file.mtimeNs}`)).join();
};

// Images before layers: other tools store an image after its layers, and delete it before them.
const readCatalog = async (store: Store): Promise<Catalog> => {
  const images = await readImageRecords(store.imageIndex);
  const layers = await readLayerRecords(store.layerIndex);
  const stored = await Promise.all(images.map((record) => storedImage(store, record, layers)));
  store.configs.forgetUnused();
  store.directories.forgetUnused();
  return stored.filter((image) => image !== undefined);
};

/** An image that cannot be used is left out, so that it does not hide the others. */
const storedImage = async (
  store: Store,
  record: ImageRecord,
  layers: ReadonlyMap<string, LayerRecord>,
): Promise<StoredImage | undefined> => {
  try {
    const chain = chainOf(record.layer, layers);
    if (chain === undefined || record.configKey === undefined) throw new Error('layers or configuration are missing');
    const stored = await Promise.all(chain.map((layer) => storedLayer(store, layer)));
    return { record, layers: stored, image: await imageOf(store, record, stored) };
  } catch (error) {
    store.logger.warn('an image in the store cannot be used', { image: record.id, error: messageOf(error) });
    return undefined;
  }
};

const storedLayer = async (store: Store, record: LayerRecord): Promise<StoredLayer> => {
  const key = `${record.id} ${record.created}`;
  return { record, directory: await store.directories.get(key, () => layerDirectory(store.overlay, record)) };
};

const imageOf = async (store: Store, record: ImageRecord, layers: readonly StoredLayer[]): Promise<Image> => {
  const key = record.configKey ?? '';
  const config = await store.configs.get(`${record.id} ${key}`, async () =>
    parseImageConfig(await readConfig(store.imagesDirectory, record.id, key)),
  );
  const names = namesOf(record);
  return {
    id: imageId(record.id),
    ...names,
    ...splitUser(config.user),
    size: layers.reduce((sum, layer) => sum + layer.record.size, Math.max(1, record.metadataSize)),
    pinned: [...names.repoTags, ...names.repoDigests].some((name) => name === store.pinned),
    config,
    layers: layers.length === 0 ? [store.emptyLayer] : layers.map(({ directory }) => directory),
  };
};

interface Remembered<T> {
  get(key: string, read: () => Promise<T>): Promise<T>;
  /** Forgets what was not asked for since the last call. */
  forgetUnused(): void;
}

const remembered = <T>(): Remembered<T> => {
  let values = new Map<string, T>();
  let used = new Map<string, T>();
  return {
    get: async (key, read) => {
      const value = used.get(key) ?? values.get(key) ?? (await read());
      used.set(key, value);
      return value;
    },
    forgetUnused: () => {
      values = used;
      used = new Map();
    },
  };
};
