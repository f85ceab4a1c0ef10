import { invalidArgument } from '../core/errors.ts';
import type { RegistryAuth } from '../core/model/image.ts';

/** What skopeo is told for one registry. */
export interface Credentials {
  /** The content of a containers-auth.json(5) file; one without entries, so that no file of the host's is used in its stead. */
  readonly file: string;
  /** A bearer token, which no file can hold; empty: none. */
  readonly registryToken: string;
}

/**
 * The first that is set counts: user name and password, identity token, auth, registry token. Credentials meant for another server are none.
 * Malformed: JanusError "invalid-argument".
 */
export const credentials = (auth: RegistryAuth | undefined, registry: string): Credentials => {
  if (auth === undefined || !isFor(auth, registry)) return { file: fileOf({}), registryToken: '' };
  const entry = entryOf(auth);
  return entry === undefined
    ? { file: fileOf({}), registryToken: auth.registryToken }
    : { file: fileOf({ [registry]: entry }), registryToken: '' };
};

const fileOf = (auths: Readonly<Record<string, AuthEntry>>): string => JSON.stringify({ auths });

interface AuthEntry {
  readonly auth: string;
  readonly identitytoken?: string;
}

const entryOf = (auth: RegistryAuth): AuthEntry | undefined => {
  const { username, password, identityToken } = auth;
  if (username !== '' || password !== '') return { auth: encode(username, password) };
  if (identityToken !== '') return { auth: encode('<token>', ''), identitytoken: identityToken };
  return auth.auth === '' ? undefined : { auth: recode(auth.auth) };
};

/** The user's name ends at the first colon. */
const recode = (base64: string): string => {
  const text = Buffer.from(base64, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = text.indexOf(':');
  if (colon === -1) throw invalidArgument('auth.auth', 'must be base64 of user:password');
  return encode(text.slice(0, colon), text.slice(colon + 1));
};

const encode = (username: string, password: string): string => {
  if (username.includes(':')) throw invalidArgument('auth.username', 'must not contain a colon');
  return Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
};

const DOCKER_HUB = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/** `server_address` may be a URL, as Docker writes it: `https://index.docker.io/v1/`. Empty: whichever registry it is. */
const isFor = ({ serverAddress }: RegistryAuth, registry: string): boolean => {
  const host = serverAddress.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/s, '');
  return host === '' || host === registry || (DOCKER_HUB.has(host) && DOCKER_HUB.has(registry));
};
