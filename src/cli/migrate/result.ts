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

/** One line for each key that is set and not in `known`. */
export const others = (table: Table, known: readonly string[], where: string): readonly string[] =>
  Object.keys(table)
    .filter((key) => !known.includes(key))
    .map((key) => `${where}${key}: has no like in Janus`);

/** A list of networks' plugin directories, as daemon.json has it. */
export const directories = (paths: readonly string[]): string =>
  paths
    .filter((path) => path !== '')
    .map((path) => path.replace(/(?<=.)\/+$/, ''))
    .join(';');

export const directory = (path: string): string => path.replace(/(?<=.)\/+$/, '');
