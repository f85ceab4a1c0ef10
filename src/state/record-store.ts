import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../core/errors.ts';
import type { RecordStore } from '../core/ports/record-store.ts';
import { replaceFile, syncFile, syncPath } from '../host/files.ts';
import type { RecordCodec } from './codec.ts';
import { encodeRecord } from './envelope.ts';
import { loadRecords } from './load-records.ts';

export interface RecordStoreOptions<T> {
  /** One file per record, `<id>.json`, and nothing else. Made by `load`, which has to come first. */
  readonly directory: string;
  readonly codec: RecordCodec<T>;
}

interface WaitingPut<T> {
  record: T;
  durable: boolean;
  readonly done: Promise<void>;
}

/** The operations of one id run one after the other. */
interface Queue<T> {
  /** Settles, never with an error, when the last operation is over. */
  tail: Promise<void>;
  /** The last operation, if it is a put that has not begun: a later put may take its place. */
  waiting: WaitingPut<T> | undefined;
}

export const createRecordStore = <T extends { readonly id: string }>({
  directory,
  codec,
}: RecordStoreOptions<T>): RecordStore<T> => {
  const queues = new Map<string, Queue<T>>();
  const pathOf = (id: string): string => join(directory, `${id}.json`);

  const queueOf = (id: string): Queue<T> => {
    const queue = queues.get(id) ?? { tail: Promise.resolve(), waiting: undefined };
    queues.set(id, queue);
    return queue;
  };

  const enqueue = (id: string, operation: () => Promise<void>): Promise<void> => {
    const queue = queueOf(id);
    const done = queue.tail.then(operation);
    const tail = done
      .catch(() => undefined)
      .then(() => {
        if (queue.tail === tail) queues.delete(id);
      });
    queue.tail = tail;
    return done;
  };

  const put = (record: T, { durable }: { durable: boolean }): Promise<void> => {
    const { id } = record;
    const queue = queueOf(id);
    if (queue.waiting !== undefined) {
      queue.waiting.record = record;
      queue.waiting.durable ||= durable;
      return queue.waiting.done;
    }
    const done = enqueue(id, () => {
      queue.waiting = undefined;
      return replaceFile(pathOf(id), encodeRecord(codec, waiting.record), { durable: waiting.durable });
    });
    const waiting: WaitingPut<T> = { record, durable, done };
    queue.waiting = waiting;
    return done;
  };

  const sync = (id: string): Promise<void> => enqueue(id, () => syncFile(pathOf(id)));

  const remove = (id: string): Promise<void> => {
    queueOf(id).waiting = undefined;
    return enqueue(id, () => unlinkDurably(directory, pathOf(id)));
  };

  return { put, sync, delete: remove, load: () => loadRecords(directory, codec) };
};

const unlinkDurably = async (directory: string, path: string): Promise<void> => {
  try {
    await unlink(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  await syncPath(directory);
};
