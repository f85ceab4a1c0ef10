import { invalidArgument } from '../core/errors.ts';

/** A full reference: nothing left to a default. */
export interface Reference {
  /** `docker.io`, `localhost`, `host:5000`. */
  readonly domain: string;
  /** `docker.io/library/busybox`: domain and path. */
  readonly repository: string;
  /** Set when a tag was written, or neither tag nor digest was: then `latest`. */
  readonly tag: string | undefined;
  /** `sha256:...`. With a tag beside it the digest decides, and the tag only tells people something. */
  readonly digest: string | undefined;
}

const DEFAULT_DOMAIN = 'docker.io';
const LEGACY_DOMAIN = 'index.docker.io';
const MAX_NAME = 255;

const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const DOMAIN = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?$`);
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
const ID = /^[0-9a-f]{64}$/;

export const isDigest = (text: string): boolean => DIGEST.test(text);

/**
 * Parses a reference by the grammar of the distribution project (distribution/reference): short names are docker.io's.
 * Not a reference, or an image id: JanusError "invalid-argument".
 */
export const parseReference = (text: string): Reference => {
  const { name, tag, digest } = split(text);
  if (tag !== undefined && !TAG.test(tag)) throw malformed(text, 'its tag');
  if (digest !== undefined && !DIGEST.test(digest)) throw malformed(text, 'its digest');
  if (ID.test(name)) throw malformed(text, 'an image id is no name:');
  const { domain, path } = splitDomain(name);
  if (!DOMAIN.test(domain)) throw malformed(text, 'its registry');
  if (!path.split('/').every((component) => COMPONENT.test(component))) throw malformed(text, 'its name');
  if (domain.length + 1 + path.length > MAX_NAME) throw malformed(text, `more than ${MAX_NAME} characters:`);
  const latest = tag === undefined && digest === undefined;
  return { domain, repository: `${domain}/${path}`, tag: latest ? 'latest' : tag, digest };
};

/** The reference, or undefined for what is none. */
export const tryReference = (text: string): Reference | undefined => {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
};

/** The name under which the store keeps it: `repository@digest` if there is a digest, else `repository:tag`. */
export const canonical = (reference: Reference): string =>
  reference.digest === undefined
    ? `${reference.repository}:${reference.tag}`
    : `${reference.repository}@${reference.digest}`;

interface Parts {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const split = (text: string): Parts => {
  const at = text.indexOf('@');
  const digest = at === -1 ? undefined : text.slice(at + 1);
  const tagged = at === -1 ? text : text.slice(0, at);
  const colon = tagged.lastIndexOf(':');
  if (colon === -1 || tagged.includes('/', colon)) return { name: tagged, tag: undefined, digest };
  return { name: tagged.slice(0, colon), tag: tagged.slice(colon + 1), digest };
};

/** The first part is a registry only if it cannot be a plain name. */
const splitDomain = (name: string): { domain: string; path: string } => {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isDomain = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const domain = isDomain ? first : DEFAULT_DOMAIN;
  const path = isDomain ? name.slice(slash + 1) : name;
  if (domain !== DEFAULT_DOMAIN && domain !== LEGACY_DOMAIN) return { domain, path };
  return { domain: DEFAULT_DOMAIN, path: path.includes('/') ? path : `library/${path}` };
};

const SHOWN = 300;
const malformed = (text: string, what: string): Error =>
  invalidArgument('image', `${what} makes ${JSON.stringify(text.slice(0, SHOWN))} no image reference`);
