import { open } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, JanusError } from '../core/errors.ts';
import { isObject } from './image-config.ts';
import { isDigest } from './reference.ts';

/** One entry of `overlay-images/images.json`, as far as Janus needs it. */
export interface ImageRecord {
  /** 64 hex digits. */
  readonly id: string;
  readonly names: readonly string[];
  /** Of the manifests by which the image was pulled or built: the list's before its instance's. */
  readonly manifestDigests: readonly string[];
  /** Key of the configuration among the image's files. */
  readonly configKey: string | undefined;
  /** Bytes of configuration and manifests. */
  readonly metadataSize: number;
  /** Id of the topmost layer; undefined: the image has none. */
  readonly layer: string | undefined;
}

/** One entry of `overlay-layers/layers.json`. */
export interface LayerRecord {
  readonly id: string;
  readonly parent: string | undefined;
  /** Bytes of the layer unpacked. */
  readonly size: number;
  /** A layer removed and pulled again has the same id, and another time. */
  readonly created: string;
}

const HEX = /^[0-9a-f]{64}$/;
const INDEX_LIMIT = 64 * 1024 * 1024;
const CONFIG_LIMIT = 4 * 1024 * 1024;
const MANIFEST_KEY = 'manifest-';

export const readImageRecords = async (file: string): Promise<readonly ImageRecord[]> =>
  (await readEntries(file)).map(imageRecord).filter((record) => record !== undefined);

export const readLayerRecords = async (file: string): Promise<ReadonlyMap<string, LayerRecord>> => {
  const records = (await readEntries(file)).map(layerRecord).filter((record) => record !== undefined);
  return new Map(records.map((record) => [record.id, record]));
};

/** The text of an image's configuration. More than 4 MiB, which no registry client accepts either: an error. */
export const readConfig = (imagesDirectory: string, id: string, key: string): Promise<string> =>
  readBounded(path.join(imagesDirectory, id, fileName(key)), CONFIG_LIMIT);

const readBounded = async (file: string, limit: number): Promise<string> => {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    if (size > limit) throw new JanusError('internal', `${file} has ${size} bytes, more than ${limit}`);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(size), 0, size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
};

/** containers/storage spells keys that are not plain lower-case names in base64. */
const fileName = (key: string): string =>
  /^[.0-9a-z]+$/.test(key) ? key : `=${Buffer.from(key, 'utf8').toString('base64')}`;

const readEntries = async (file: string): Promise<readonly Record<string, unknown>[]> => {
  const text = await readBounded(file, INDEX_LIMIT).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return '[]';
    throw error;
  });
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) throw new JanusError('internal', `${file} is not a list`);
  return entries.filter(isObject);
};

const imageRecord = (entry: Record<string, unknown>): ImageRecord | undefined => {
  const { id, digest, names, layer } = entry;
  if (!isHex(id) || (layer !== undefined && layer !== '' && !isHex(layer))) return undefined;
  const keys = stringsOf(entry['big-data-names']);
  const manifests = keys.filter((key) => key.startsWith(MANIFEST_KEY)).map((key) => key.slice(MANIFEST_KEY.length));
  const digests = new Set([...(typeof digest === 'string' ? [digest] : []), ...manifests]);
  return {
    id,
    names: stringsOf(names),
    manifestDigests: [...digests].filter(isDigest),
    configKey: keys.find((key) => key === `sha256:${id}`) ?? keys.find(isDigest),
    metadataSize: total(entry['big-data-sizes']),
    layer: layer === '' ? undefined : layer,
  };
};

const layerRecord = (entry: Record<string, unknown>): LayerRecord | undefined => {
  const { id, parent, created } = entry;
  if (!isHex(id) || (parent !== undefined && parent !== '' && !isHex(parent))) return undefined;
  const size = entry['diff-size'];
  return {
    id,
    parent: parent === '' ? undefined : parent,
    size: isSize(size) ? size : 0,
    created: typeof created === 'string' ? created : '',
  };
};

const isHex = (value: unknown): value is string => typeof value === 'string' && HEX.test(value);
const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
const stringsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
const total = (sizes: unknown): number =>
  isObject(sizes)
    ? Object.values(sizes)
        .filter(isSize)
        .reduce((sum, size) => sum + size, 0)
    : 0;
