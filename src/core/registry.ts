import { invalidArgument, notFound } from './errors.ts';
import { isFullId } from './model/ids.ts';
import type { RecordStore } from './ports/record-store.ts';

interface Kept {
  readonly id: string;
  readonly name: string;
  readonly createdAt: bigint;
}

/**
 * The records of one kind: in memory for every reader, on disk for the next start. A put is visible at once and resolves when it is kept.
 * Readers never wait.
 */
export interface Registry<T extends Kept> {
  get(id: T['id']): T | undefined;
  byName(name: string): T | undefined;
  /** By full id or unique prefix. Undefined: none, of whatever form the text is; several: invalid-argument. */
  find(idOrPrefix: string): T | undefined;
  /** As `find`, of what clients see; none: not-found. */
  require(idOrPrefix: string): T;
  /** In order of creation; the same array until something changes. */
  all(): readonly T[];
  put(record: T, options: { durable: boolean }): Promise<void>;
  /** Resolves when what was put of this id would survive a power cut. */
  sync(id: T['id']): Promise<void>;
  delete(id: T['id']): Promise<void>;
  /** Takes over what was loaded from disk. */
  adopt(records: readonly T[]): void;
}

export interface RegistryOptions<T extends Kept> {
  readonly noun: 'sandbox' | 'container';
  /** The request's field that ids come in. */
  readonly field: string;
  readonly store: RecordStore<T>;
  /** Whether clients see it: what is being made is not there yet. */
  readonly isListed: (record: T) => boolean;
}

export const createRegistry = <T extends Kept>({ noun, field, store, isListed }: RegistryOptions<T>): Registry<T> => {
  const records = new Map<string, T>();
  const names = new Map<string, T>();
  let listed: readonly T[] | undefined;

  const remember = (record: T): void => {
    records.set(record.id, record);
    names.set(record.name, record);
    listed = undefined;
  };
  const all = (): readonly T[] => (listed ??= [...records.values()]);

  const find = (idOrPrefix: string): T | undefined => {
    if (isFullId(idOrPrefix)) return records.get(idOrPrefix);
    if (idOrPrefix === '') throw invalidArgument(field, 'must not be empty');
    const matches = all().filter(({ id }) => id.startsWith(idOrPrefix));
    if (matches.length > 1) throw invalidArgument(field, `${idOrPrefix} is the beginning of ${matches.length} ids`);
    return matches[0];
  };

  return {
    get: (id) => records.get(id),
    byName: (name) => names.get(name),
    find,
    require: (idOrPrefix) => {
      const record = find(idOrPrefix);
      if (record === undefined || !isListed(record)) throw notFound(noun, idOrPrefix);
      return record;
    },
    all,
    put: (record, options) => {
      remember(record);
      return store.put(record, options);
    },
    sync: (id) => store.sync(id),
    delete: async (id) => {
      const record = records.get(id);
      await store.delete(id);
      records.delete(id);
      if (record !== undefined && names.get(record.name)?.id === id) names.delete(record.name);
      listed = undefined;
    },
    adopt: (loaded) => loaded.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1)).forEach(remember),
  };
};
