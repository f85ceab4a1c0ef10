import { readFile, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import { JanusError } from '../core/errors.ts';
import type { LayerRecord } from './store-files.ts';

const MAX_LAYERS = 500;
const LINK = /^[A-Za-z0-9]{1,64}$/;

/** Follows the parents of a layer. A chain that is broken, or has no end: undefined. */
export const chainOf = (
  top: string | undefined,
  records: ReadonlyMap<string, LayerRecord>,
): readonly LayerRecord[] | undefined => {
  const chain: LayerRecord[] = [];
  for (let id = top; id !== undefined; ) {
    const record = records.get(id);
    if (record === undefined || chain.length === MAX_LAYERS) return undefined;
    chain.push(record);
    id = record.parent;
  }
  return chain;
};

/**
 * The directory that holds a layer's files. The short link beside it where there is one: mount options end at a page.
 * A layer without a directory: JanusError "internal".
 */
export const layerDirectory = async (overlay: string, record: LayerRecord): Promise<string> => {
  const diff = path.join(overlay, record.id, 'diff');
  const isDirectory = await stat(diff)
    .then((stats) => stats.isDirectory())
    .catch(() => false);
  if (!isDirectory) throw new JanusError('internal', `layer ${record.id} has no directory in ${overlay}`);
  return (await shortLink(overlay, record.id)) ?? diff;
};

const shortLink = async (overlay: string, id: string): Promise<string | undefined> => {
  const name = await readFile(path.join(overlay, id, 'link'), 'utf8').catch(() => '');
  if (!LINK.test(name)) return undefined;
  const link = path.join(overlay, 'l', name);
  const target = await readlink(link).catch(() => '');
  return target === path.join('..', id, 'diff') ? link : undefined;
};
