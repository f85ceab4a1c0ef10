import { isIP } from 'node:net';
import { normalize } from 'node:path';
import * as z from 'zod';

/** What single values have to be. Each message completes "the value ...". */

export const text = z.string('must be a string');
export const flag = z.boolean('must be true or false');

const isPath = (path: string): boolean =>
  path.startsWith('/') && path !== '/' && !path.endsWith('/') && normalize(path) === path && !path.includes('\0');
const PATH = 'must be an absolute path without "..", "//" or "/" at the end';
export const path = text.refine(isPath, PATH);

const unset = <T>(value: T): T | undefined => (value === '' ? undefined : value);
/** Many daemon.json files hold empty strings for what is not set. */
export const textOrUnset = text.transform(unset);
export const pathOrUnset = text.refine((value) => value === '' || isPath(value), PATH).transform(unset);
export const pathsOrUnset = text
  .refine((value) => value === '' || value.split(';').every(isPath), 'must be absolute paths, separated by ";"')
  .transform((value) => (value === '' ? undefined : value.split(';')));

/** sun_path of unix(7) less its NUL. */
const MAX_SOCKET_PATH = 107;
// cAdvisor in a kubelet takes any socket of this name for CRI-O's and talks CRI-O's own protocol to it.
const isForeign = (socket: string): boolean => socket.endsWith('crio.sock');
export const host = text
  .refine((value) => value.startsWith('unix://'), 'must begin with unix://: Janus listens on unix sockets only')
  .transform((value) => value.slice('unix://'.length))
  .pipe(
    z
      .string()
      .refine(isPath, 'must be unix:// and an absolute path')
      .refine(
        (socket) => Buffer.byteLength(socket) <= MAX_SOCKET_PATH,
        `must be a path of at most ${String(MAX_SOCKET_PATH)} bytes`,
      )
      .refine((socket) => !isForeign(socket), 'must not end in crio.sock: the kubelet would take it for CRI-O'),
  );

export const word = <const W extends readonly string[]>(words: W) =>
  z.enum(words, `must be one of ${words.map((each) => each || '""').join(', ')}`);

export const name = text.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'must be a name of letters, digits, "_", "." and "-"');

export const integer = (min: number, max: number) => {
  const rule = `must be a whole number from ${String(min)} to ${String(max)}`;
  return z.number(rule).int(rule).min(min, rule).max(max, rule);
};

export const address = text.refine((value) => isIP(value) !== 0, 'must be an IP address');

const METRICS = /^(?:(?<v4>[0-9.]+):|\[(?<v6>[0-9a-fA-F:]+)\]:|:)?(?<port>\d{1,5})$/;
const METRICS_RULE = 'must be a port on loopback, or address:port: 9123, 127.0.0.1:9123, [::1]:9123';
/** Undefined when it is none. */
const metricsAddressOf = (value: string): { address: string; port: number } | undefined => {
  const { v4, v6, port } = METRICS.exec(value)?.groups ?? {};
  const address = v4 ?? v6 ?? '127.0.0.1';
  return port !== undefined && Number(port) <= 65535 && isIP(address) !== 0
    ? { address, port: Number(port) }
    : undefined;
};
export const metricsAddress = text
  .refine((value) => value === '' || metricsAddressOf(value) !== undefined, METRICS_RULE)
  .transform(metricsAddressOf);

const isEndpoint = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
};
export const endpoint = text
  .refine(
    (value) => value === '' || isEndpoint(value),
    'must be http://host:port or https://host:port, without user, query or fragment',
  )
  .transform((value) => (value === '' ? undefined : value.replace(/\/+$/, '')));

const REGISTRY = /^(?:[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const CIDR = /^[0-9a-fA-F.:]+\/\d{1,3}$/;
export const registry = text.refine(
  (value) => REGISTRY.test(value) || (CIDR.test(value) && isIP(value.slice(0, value.lastIndexOf('/'))) !== 0),
  'must be a registry: host, host:port, or addresses as a CIDR',
);
/** iSulad takes a host without a scheme, which means https. */
export const mirror = text
  .refine((value) => {
    const [server = '', ...path] = value
      .replace(/^https?:\/\//, '')
      .replace(/\/$/, '')
      .split('/');
    return REGISTRY.test(server) && path.every((part) => /^[\w.-]+$/.test(part));
  }, 'must be https://host, http://host or host, and may have a port and a path')
  .transform((value) => (/^https?:\/\//.test(value) ? value : `https://${value}`).replace(/\/$/, ''));

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
const SIZE = /^(?<digits>\d{1,9})(?<unit>[kmg]?)b?$/i;
/** Bytes of `30KB`, `1m`, `1024`; undefined when it is no size. */
const bytesOf = (value: string): number | undefined => {
  const { digits, unit } = SIZE.exec(value)?.groups ?? {};
  const factor = UNITS[unit?.toLowerCase() ?? ''];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
};
const MIN_LOG_BYTES = 4096;
export const logBytes = text
  .refine((value) => (bytesOf(value) ?? 0) >= MIN_LOG_BYTES, 'must be a size of at least 4KB: 30KB, 1MB')
  .transform((value) => bytesOf(value) ?? MIN_LOG_BYTES);
export const logFiles = text.regex(/^[1-9]\d{0,2}$/, 'must be a number from 1 to 999, as a string').transform(Number);
