import { JanusError } from '../core/errors.ts';
import type { Image } from '../core/model/image.ts';
import type { CatalogReader } from './catalog.ts';
import { lookUp } from './lookup.ts';
import { parseReference, tryReference } from './reference.ts';
import { deleteImage, type StorageRoots, setNames } from './storage-tool.ts';

export interface RemoveOptions extends StorageRoots {
  readonly read: CatalogReader;
}

/**
 * Takes one name from an image while it has others; takes the image with its layers by its last name or its id.
 * A digest goes with the tags of its repository, which would still lead to it. Absent: no error.
 * An image in use keeps its last name, and all of them when removed by id: JanusError "failed-precondition", nothing is changed.
 */
export const removeImage = async (
  { read, ...roots }: RemoveOptions,
  reference: string,
  inUse: (image: Image) => boolean,
): Promise<void> => {
  const match = lookUp(await read(), reference);
  if (match === undefined) return;
  const { record, image } = match.stored;
  const left = match.name === undefined ? [] : namesWithout(record.names, match.name);
  if (left.length > 0) return setNames(roots, record.id, left);
  if (inUse(image))
    throw new JanusError('failed-precondition', `image ${JSON.stringify(reference)} is in use by a container`);
  await deleteImage(roots, record.id);
};

/** `removed` is a full name. Names that are no references stay. */
export const namesWithout = (names: readonly string[], removed: string): readonly string[] => {
  const { repository, digest } = parseReference(removed);
  const tagsOf = digest === undefined ? undefined : repository;
  return names.filter((name) => {
    if (name === removed) return false;
    const other = tryReference(name);
    return other?.digest !== undefined || other?.repository === undefined || other.repository !== tagsOf;
  });
};
