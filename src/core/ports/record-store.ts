/**
 * Records on disk, by id. A port because disks are full, slow or cut short.
 * A put replaces the record whole; puts of one id keep their order.
 */
export interface RecordStore<T extends { readonly id: string }> {
  /** Resolves when the record would survive the daemon's SIGKILL; with `durable`, a power cut too. */
  put(record: T, options: { durable: boolean }): Promise<void>;
  /** Resolves when what was put of this id before would survive a power cut. Absent: an error. */
  sync(id: string): Promise<void>;
  /** Deletes the record and syncs. Absent: no error. */
  delete(id: string): Promise<void>;
  /** All records that can be read, and what was set aside because it cannot be. */
  load(): Promise<{
    readonly records: readonly T[];
    readonly unreadable: readonly { readonly id: string; readonly reason: string }[];
  }>;
}
