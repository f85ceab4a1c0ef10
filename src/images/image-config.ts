import type { ImageConfig } from '../core/model/image.ts';

/**
 * Reads `config` of an image's configuration (OCI image-spec, config.md). It was written by whoever built the image:
 * what has the wrong type is treated as absent. Text that is no JSON object: throws.
 */
export const parseImageConfig = (text: string): ImageConfig => {
  const document: unknown = JSON.parse(text);
  if (!isObject(document)) throw new TypeError('an image configuration must be a JSON object');
  const config = isObject(document['config']) ? document['config'] : {};
  return {
    user: string(config['User']),
    env: strings(config['Env']),
    entrypoint: strings(config['Entrypoint']),
    cmd: strings(config['Cmd']),
    workingDir: string(config['WorkingDir']),
    volumes: isObject(config['Volumes']) ? Object.keys(config['Volumes']) : [],
    stopSignal: string(config['StopSignal']),
    labels: stringRecord(config['Labels']),
  };
};

// The greatest uid that every consumer can hold. A greater number must never be cut down to a uid, root's least of all.
const MAX_UID = 2 ** 31 - 1;

/** Splits USER: a uid, or a name. A number out of range stays a name, so that looking it up fails. Group: dropped. */
export const splitUser = (user: string): { uid: number | undefined; username: string } => {
  const [name = ''] = user.split(':', 1);
  if (!/^[0-9]+$/.test(name) || Number(name) > MAX_UID) return { uid: undefined, username: name };
  return { uid: Number(name), username: '' };
};

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const string = (value: unknown): string => (typeof value === 'string' ? value : '');

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

/** A key such as `__proto__` stays an own property. */
const stringRecord = (value: unknown): Readonly<Record<string, string>> => {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
};
