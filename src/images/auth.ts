import { invalidArgument, JanusError } from '../core/errors.ts';
import type { RegistryAuth } from '../core/model/image.ts';

/**
 * The content of a containers-auth.json(5) file with the credentials of one registry. None, or credentials meant for another
 * server: a file without any, so that no file of the host's is used in its stead.
 * Malformed: JanusError "invalid-argument". A registry token: "unimplemented", see below.
 */
export const authFile = (auth: RegistryAuth | undefined, registry: string): string => {
  const entry = auth === undefined || !isFor(auth, registry) ? undefined : entryOf(auth);
  return JSON.stringify({ auths: entry === undefined ? {} : { [registry]: entry } });
};

interface AuthEntry {
  readonly auth: string;
  readonly identitytoken?: string;
}

const entryOf = (auth: RegistryAuth): AuthEntry | undefined => {
  const { username, password, identityToken, registryToken } = auth;
  if (username !== '' || password !== '') return { auth: encode(username, password) };
  if (identityToken !== '') return { auth: encode('<token>', ''), identitytoken: identityToken };
  if (auth.auth !== '') return { auth: recode(auth.auth) };
  if (registryToken === '') return undefined;
  // skopeo takes it on the command line only, where every user of the host can read it.
  throw new JanusError('unimplemented', 'auth.registry_token is not supported: use a password or an identity token');
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
