import type { RecordStore } from '../../../../src/core/ports/record-store.ts';
import type { Script } from './script.ts';

export interface FakeStore<T extends { readonly id: string }> extends RecordStore<T> {
  /** What a next start would find. */
  readonly kept: Map<string, T>;
}

/** Records in memory. Calls: `<name>.put`, `<name>.put durable`, `<name>.sync`, `<name>.delete`. */
export const createFakeStore = <T extends { readonly id: string }>(name: string, script: Script): FakeStore<T> => {
  const kept = new Map<string, T>();
  return {
    kept,
    put: async (record, { durable }) => {
      await script.enter(durable ? `${name}.put durable` : `${name}.put`);
      kept.set(record.id, record);
    },
    sync: (_id) => script.enter(`${name}.sync`),
    delete: async (id) => {
      await script.enter(`${name}.delete`);
      kept.delete(id);
    },
    load: async () => ({ records: [...kept.values()], unreadable: [] }),
  };
};
