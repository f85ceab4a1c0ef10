import { invalidArgument } from '../core/errors.ts';
import type { Catalog, StoredImage } from './catalog.ts';
import { canonical, parseReference, type Reference } from './reference.ts';

/** What a client may mean by a string. `name` is a full name, as the image has it in repoTags or repoDigests. */
export interface Match {
  readonly stored: StoredImage;
  /** How it was found: by this name, or, when undefined, by its id. */
  readonly name: string | undefined;
}

const FULL_ID = /^(?:sha256:)?([0-9a-f]{64})$/;
const ID_PREFIX = /^(?:sha256:)?([0-9a-f]{4,63})$/;

/**
 * Finds by id, name or the beginning of an id (from 4 digits), in this order: a name may look like a short id.
 * Short names are docker.io's first, then localhost's, where buildah puts them. Absent: undefined.
 * Neither id nor reference, or the beginning of several ids: JanusError "invalid-argument".
 */
export const lookUp = (catalog: Catalog, text: string): Match | undefined => {
  const id = FULL_ID.exec(text)?.[1];
  if (id !== undefined) return matchById(catalog, id);
  const prefix = ID_PREFIX.exec(text)?.[1];
  if (prefix !== undefined && text.startsWith('sha256:')) return matchById(catalog, prefix);
  return matchByName(catalog, text) ?? (prefix === undefined ? undefined : matchById(catalog, prefix));
};

const matchByName = (catalog: Catalog, text: string): Match | undefined => {
  const reference = parseReference(text);
  const names = [canonical(reference), ...localNames(reference, text)];
  for (const name of names) {
    const stored = catalog.find(({ image }) => image.repoTags.includes(name) || image.repoDigests.includes(name));
    if (stored !== undefined) return { stored, name };
  }
  return undefined;
};

const localNames = (reference: Reference, text: string): readonly string[] => {
  const isShort =
    reference.domain === 'docker.io' && !text.startsWith(reference.domain) && !text.startsWith('index.docker.io');
  return isShort ? [canonical(parseReference(`localhost/${text}`))] : [];
};

const matchById = (catalog: Catalog, prefix: string): Match | undefined => {
  const [stored, ...others] = catalog.filter(({ record }) => record.id.startsWith(prefix));
  if (stored === undefined) return undefined;
  if (others.length > 0) throw invalidArgument('image', `${prefix} is the beginning of ${others.length + 1} image ids`);
  return { stored, name: undefined };
};
