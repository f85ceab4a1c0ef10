import { canonical, type Reference, tryReference } from './reference.ts';
import type { ImageRecord } from './store-files.ts';

export interface Names {
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
}

/**
 * The names of an image as CRI knows them. The store keeps names and manifest digests apart: each repository with a tag
 * is given every digest the image came by, so that a list's digest is found as well as its instance's.
 * Names that are no full reference (other tools may write any) are left out.
 */
export const namesOf = (record: ImageRecord): Names => {
  const references = record.names.map(fullReference).filter((reference) => reference !== undefined);
  const tagged = references.filter(({ digest }) => digest === undefined);
  const byDigest = references.filter(({ digest }) => digest !== undefined).map(canonical);
  const byTag = tagged.flatMap(({ repository }) => record.manifestDigests.map((digest) => `${repository}@${digest}`));
  return {
    repoTags: [...new Set(tagged.map(canonical))],
    repoDigests: [...new Set([...byTag, ...byDigest])],
  };
};

const fullReference = (name: string): Reference | undefined => {
  const reference = tryReference(name);
  return reference !== undefined && canonical(reference) === name ? reference : undefined;
};
