/** Records by the group that each belongs to for good. What is asked of one group costs nothing for the others. */
export interface Groups<T> {
  put(record: T): void;
  delete(record: T): void;
  /** In order of the first put. */
  of(group: string): readonly T[];
}

export const createGroups = <T extends { readonly id: string }>(groupOf: (record: T) => string): Groups<T> => {
  const groups = new Map<string, Map<string, T>>();
  return {
    put: (record) => {
      const key = groupOf(record);
      const group = groups.get(key) ?? new Map<string, T>();
      groups.set(key, group.set(record.id, record));
    },
    delete: (record) => {
      const key = groupOf(record);
      const group = groups.get(key);
      group?.delete(record.id);
      if (group?.size === 0) groups.delete(key);
    },
    of: (group) => [...(groups.get(group)?.values() ?? [])],
  };
};
