import { constants } from 'node:fs';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImagesConfig } from '../config/config.ts';
import type { RegistryAuth } from '../core/model/image.ts';
import type { Staged } from '../core/stages.ts';
import { makeDirectory } from '../host/files.ts';
import { run } from '../host/process.ts';
import { type Credentials, credentials } from './auth.ts';
import type { PullAccount } from './progress.ts';
import { isTransient, pullError, stalledError } from './pull-errors.ts';
import { canonical, type Reference } from './reference.ts';
import { registriesConf } from './registries.ts';
import { watchForStall } from './stall.ts';
import { type StorageRoots, storageReference } from './storage-tool.ts';

export interface SkopeoOptions extends StorageRoots {
  readonly skopeoPath: string;
  readonly config: ImagesConfig;
  /** A pull that moves no data for so long has failed. */
  readonly stallMs: number;
  readonly account: PullAccount;
}

const SYSTEM_POLICY = '/etc/containers/policy.json';
const ACCEPT_ANYTHING = '{"default":[{"type":"insecureAcceptAnything"}]}';

/**
 * Copies an image from its registry into the store. Killed at any time it leaves nothing that the next one minds, except that the
 * next may fail once while it cleans up: hence one more attempt. Errors: pull-errors.ts, auth.ts; an abort rejects with its reason.
 */
export const copyImage = async (
  options: SkopeoOptions,
  request: { readonly reference: Reference; readonly auth: RegistryAuth | undefined },
  { signal, stage }: Staged<'places' | 'copy'>,
): Promise<void> => {
  const auth = credentials(request.auth, request.reference.domain);
  await stage?.('places');
  const places = await makePlaces(options);
  const done = options.account.begin(canonical(request.reference), places.blobs);
  try {
    const args = await skopeoArguments(options, { ...request, auth, places });
    await stage?.('copy');
    const attempt = (): Promise<string | undefined> =>
      copyOnce(options, { args, places, reference: request.reference }, { signal });
    const first = await attempt();
    const last = first !== undefined && isTransient(first) ? await attempt() : first;
    if (last !== undefined) throw pullError(canonical(request.reference), last);
  } finally {
    done();
    await Promise.all(
      Object.values<string>({ ...places }).map((directory) => rm(directory, { recursive: true, force: true })),
    );
  }
};

/** Removes what pulls of a daemon that was killed left behind. Only while no pull runs. */
export const removeLeftPlaces = async (roots: StorageRoots): Promise<void> => {
  await Promise.all(placeRoots(roots).map((directory) => rm(directory, { recursive: true, force: true })));
};

interface Places {
  /** In memory, for credentials and configuration. */
  readonly private: string;
  /** On disk, for layers on their way. */
  readonly blobs: string;
}

const placeRoots = ({ runRoot, graphRoot }: StorageRoots): readonly [string, string] => [
  path.join(runRoot, 'janus-pulls'),
  path.join(graphRoot, 'janus-pulls'),
];

const makePlaces = async (options: SkopeoOptions): Promise<Places> => {
  const [inMemory, onDisk] = placeRoots(options);
  for (const directory of [inMemory, onDisk]) await makeDirectory(directory, 0o700);
  const blobs = await mkdtemp(path.join(onDisk, 'pull-'));
  try {
    return { private: await mkdtemp(path.join(inMemory, 'pull-')), blobs };
  } catch (error) {
    await rm(blobs, { recursive: true, force: true });
    throw error;
  }
};

interface Pull {
  readonly reference: Reference;
  readonly auth: Credentials;
  readonly places: Places;
}

const skopeoArguments = async (
  options: SkopeoOptions,
  { reference, auth, places }: Pull,
): Promise<readonly string[]> => {
  const policy = (await exists(SYSTEM_POLICY)) ? SYSTEM_POLICY : await written(places, 'policy.json', ACCEPT_ANYTHING);
  const registries = await registriesFile(options.config, reference, places);
  const name = canonical(reference);
  return [
    ...['--policy', policy, '--tmpdir', places.blobs],
    ...(registries === undefined ? [] : ['--registries-conf', registries]),
    ...['copy', '--quiet', '--remove-signatures', '--src-authfile', await written(places, 'auth.json', auth.file)],
    // The only way in which skopeo takes one. It is on a command line for as long as the pull runs, and good for no longer than a registry says.
    // Only what has credentials beside it is kept from mirrors: hence the word that there are none.
    ...(auth.registryToken === '' ? [] : ['--src-registry-token', auth.registryToken, '--src-no-creds']),
    ...[`docker://${name}`, storageReference(options, name)],
  ];
};

/** The host's own configuration rules unless Janus' has something to say. */
const registriesFile = async (
  config: ImagesConfig,
  reference: Reference,
  places: Places,
): Promise<string | undefined> => {
  if (config.registriesConf !== '') return config.registriesConf;
  const content = registriesConf(config, reference.domain);
  return content === undefined ? undefined : written(places, 'registries.conf', content);
};

const written = async (places: Places, name: string, content: string): Promise<string> => {
  const file = path.join(places.private, name);
  await writeFile(file, content, { mode: 0o600 });
  return file;
};

const exists = (file: string): Promise<boolean> =>
  access(file, constants.R_OK)
    .then(() => true)
    .catch(() => false);

interface Attempt {
  readonly args: readonly string[];
  readonly places: Places;
  readonly reference: Reference;
}

/** Resolves what skopeo said when it failed; undefined: it did not. */
const copyOnce = async (
  { skopeoPath, stallMs }: SkopeoOptions,
  { args, places, reference }: Attempt,
  { signal }: { signal: AbortSignal },
): Promise<string | undefined> => {
  const stalled = new AbortController();
  const onStall = (): void => stalled.abort(stalledError(canonical(reference), stallMs / 1000));
  const unwatch = watchForStall({ argument: places.blobs, periodMs: stallMs, onStall });
  try {
    const command = { path: skopeoPath, args, env: environment(places) };
    const { exitCode, stderr } = await run(command, { signal: AbortSignal.any([signal, stalled.signal]) });
    return exitCode === 0 ? undefined : stderr.toString();
  } finally {
    unwatch();
  }
};

// A home of its own: root's registry credentials are not for pods.
const OWN_SETTINGS = /^(?:HOME|XDG_.*|REGISTRY_AUTH_FILE|DOCKER_CONFIG|STORAGE_.*)$/;

/** Go's collector runs when the heap has grown fivefold: a small pull takes up to 13 % less (that is with none at all), and skopeo some 50 MB. The operator's own word counts. */
const COLLECTION = { GOGC: '400' };

const environment = (places: Places): Readonly<Record<string, string>> => {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !OWN_SETTINGS.test(entry[0]),
  );
  return { ...COLLECTION, ...Object.fromEntries(kept), HOME: places.private };
};
