import { invalidArgument, notFound } from './errors.ts';
import { createGroups } from './groups.ts';
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
  /** Those of one group, in order of creation. */
  inGroup(group: string): readonly T[];
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
  /** The group that a record belongs to for good, such as a container's pod. Default: each is one of its own. */
  readonly groupOf?: (record: T) => string;
}

export const createRegistry = <T extends Kept>(options: RegistryOptions<T>): Registry<T> => {
  const { noun, field, store, isListed, groupOf = ({ id }) => id } = options;
  const records = new Map<string, T>();
  const names = new Map<string, T>();
  const groups = createGroups(groupOf);
  let listed: readonly T[] | undefined;

  const remember = (record: T): void => {
    records.set(record.id, record);
    names.set(record.name, record);
    groups.put(record);
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
    inGroup: groups.of,
    put: (record, { durable }) => {
      remember(record);
      return store.put(record, { durable });
    },
    sync: (id) => store.sync(id),
    delete: async (id) => {
      const record = records.get(id);
      await store.delete(id);
      records.delete(id);
      listed = undefined;
      if (record === undefined) return;
      groups.delete(record);
      if (names.get(record.name)?.id === id) names.delete(record.name);
    },
    adopt: (loaded) => loaded.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1)).forEach(remember),
  };
};
