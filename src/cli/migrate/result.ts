/** What a foreign configuration becomes. */
export interface Migration {
  /** daemon.json. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** One line for each thing that Janus has no like of, or has elsewhere. */
  readonly notCarried: readonly string[];
}

type Table = Readonly<Record<string, unknown>>;

export const tableOf = (value: unknown): Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {};

/** The table below these keys; empty where there is none. */
export const below = (value: unknown, ...keys: readonly string[]): Table =>
  keys.reduce<Table>((table, key) => tableOf(table[key]), tableOf(value));

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];

/** Without the keys that have no value. */
export const given = (settings: Table): Table =>
  Object.fromEntries(
    Object.entries(settings).filter(
      ([, value]) =>
        value !== undefined &&
        value !== '' &&
        !(typeof value === 'object' && value !== null && Object.keys(value).length === 0),
    ),
  );

const isUnset = (value: unknown): boolean =>
  value === '' ||
  value === false ||
  value === 0 ||
  (typeof value === 'object' && Object.keys(value ?? {}).length === 0);

interface Told {
  /** Keys that are carried over, or told of elsewhere. */
  readonly known: readonly string[];
  /** What the engine itself has when nobody set it, by key: files that were generated hold all of it. */
  readonly defaults?: Table;
}

/** One line for each key that was set to something of its own and is not known here. */
export const others = (table: Table, where: string, { known, defaults = {} }: Told): readonly string[] =>
  Object.entries(table)
    .filter(([key, value]) => !known.includes(key) && !isUnset(value))
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key]))
    .map(([key]) => `${where}${key}: has no like in Janus`);

/** A list of networks' plugin directories, as daemon.json has it. */
export const directories = (paths: readonly string[]): string =>
  paths
    .filter((path) => path !== '')
    .map((path) => path.replace(/(?<=.)\/+$/, ''))
    .join(';');

export const directory = (path: string): string => path.replace(/(?<=.)\/+$/, '');

/** A log level of logrus, which containerd and CRI-O have. */
export const LEVELS: Readonly<Record<string, string>> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  warning: 'WARN',
  error: 'ERROR',
  fatal: 'FATAL',
  panic: 'FATAL',
};

export interface Streaming {
  readonly address: string;
  readonly port: unknown;
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/** Where exec, attach and port-forward are served. Janus takes another address than loopback with a certificate only. */
export const streamingOf = ({ address, port, cert, key, ca = '' }: Streaming) => {
  const tls = cert === '' || key === '' ? undefined : { cert, key, ...(ca !== '' && { ca }) };
  const isLoopback = address === '' || address === '::1' || address.startsWith('127.');
  const usable = isLoopback || tls !== undefined;
  return {
    settings: {
      'streaming-address': usable ? address : '',
      'streaming-port': Number(port) || undefined,
      'streaming-tls': tls,
    },
    notCarried: usable ? [] : [`streaming address ${address}: another than loopback needs "streaming-tls"`],
  };
};

/** `address:port` as "metrics-address" has it. */
export const metricsOf = (address: string) => {
  const given = address.replace(/^localhost:/, '127.0.0.1:');
  const usable = given === '' || /^(\[[0-9a-f:]+\]|[\d.]+):\d+$/i.test(given);
  return {
    settings: { 'metrics-address': usable ? given : '' },
    notCarried: usable ? [] : [`metrics address ${address}: has to be an IP address and a port in "metrics-address"`],
  };
};
