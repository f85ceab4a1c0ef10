import { invalidArgument } from '../../core/errors.ts';
import type { ContainerConfig } from '../../core/model/container.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface EnvInput {
  readonly config: Pick<ContainerConfig, 'envs' | 'tty'>;
  /** `KEY=value` each. */
  readonly image: readonly string[];
  readonly hostname: string;
  /** Of the user in the image's passwd. */
  readonly home: string;
}

/**
 * The environment as `KEY=value`. Later ones override by key and keep the first one's place: Janus' own, the image's, the request's.
 * A value is taken as it is, newlines and all: it is never written into a file of lines (CVE-2022-4318).
 */
export const environment = ({ config, image, hostname, home }: EnvInput): readonly string[] => {
  const own: [string, string][] = [
    ['PATH', PATH],
    ['HOSTNAME', hostname],
    ['HOME', home],
  ];
  if (config.tty) own.push(['TERM', 'xterm']);
  const requested = config.envs.map(({ key, value }): [string, string] => [checkedKey(key), checkedValue(key, value)]);
  const merged = new Map([...own, ...image.flatMap(splitImageEntry), ...requested]);
  return [...merged].map(([key, value]) => `${key}=${value}`);
};

// An entry without `=` would unset a variable in Docker's build file format; it means nothing at run time.
const splitImageEntry = (entry: string): [string, string][] => {
  const at = entry.indexOf('=');
  if (at < 1 || entry.includes('\0')) return [];
  return [[entry.slice(0, at), entry.slice(at + 1)]];
};

const checkedKey = (key: string): string => {
  if (key === '') throw invalidArgument('envs', 'a name must not be empty');
  if (/[=\0]/.test(key)) throw invalidArgument('envs', `the name ${JSON.stringify(key)} holds "=" or NUL`);
  return key;
};

const checkedValue = (key: string, value: string): string => {
  if (value.includes('\0')) throw invalidArgument('envs', `the value of ${key} holds a NUL`);
  return value;
};
