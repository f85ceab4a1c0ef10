import type { Dirent } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '../core/errors.ts';
import { makeDirectory } from '../host/files.ts';
import type { RecordCodec } from './codec.ts';
import { decodeRecord } from './envelope.ts';

interface Unreadable {
  readonly id: string;
  readonly reason: string;
}

interface Loaded<T> {
  readonly records: readonly T[];
  readonly unreadable: readonly Unreadable[];
}

/** As replaceFile names its drafts. */
const DRAFT = /^\.[0-9a-f]+\.tmp$/;
const RECORD = /^(?<id>.+)\.json$/;
/** Open files at a time. */
const READERS = 16;

/**
 * Reads all records of a directory, which is made if it is not there. What a crash left of an unfinished put is
 * deleted. A file that holds no record is renamed to `<id>.json.unreadable-<n>`: kept for operators, out of the way.
 */
export const loadRecords = async <T extends { readonly id: string }>(
  directory: string,
  codec: RecordCodec<T>,
): Promise<Loaded<T>> => {
  await makeDirectory(directory, 0o700);
  const entries = await readdir(directory, { withFileTypes: true });
  await Promise.all(entries.filter(({ name }) => DRAFT.test(name)).map(({ name }) => rm(join(directory, name))));
  const taken = new Set(entries.map(({ name }) => name));
  const records: T[] = [];
  const unreadable: Unreadable[] = [];
  const rest = entries.values();
  const read = async (): Promise<void> => {
    for (const entry of rest) {
      const id = RECORD.exec(entry.name)?.groups?.['id'];
      if (id === undefined) continue;
      try {
        records.push(await readRecord(entry, id, { directory, codec }));
      } catch (error) {
        unreadable.push({ id, reason: await setAside(error, join(directory, entry.name), taken) });
      }
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  return { records, unreadable };
};

/** The file is there but could not be read now: no reason to believe that its content is bad. */
class ReadFailure extends Error {}

const readRecord = async <T extends { readonly id: string }>(
  entry: Dirent,
  id: string,
  { directory, codec }: { directory: string; codec: RecordCodec<T> },
): Promise<T> => {
  if (!entry.isFile()) throw new Error('not a regular file');
  const bytes = await readFile(join(directory, entry.name)).catch((error: unknown) => {
    throw new ReadFailure(messageOf(error), { cause: error });
  });
  return decodeRecord(codec, bytes, id);
};

/** Returns why the file is no record, and where it is now. */
const setAside = async (error: unknown, path: string, taken: Set<string>): Promise<string> => {
  const reason = messageOf(error);
  if (error instanceof ReadFailure) return reason;
  const kept = freeName(path, taken);
  try {
    await rename(path, kept);
    return `${reason}; kept as ${kept}`;
  } catch (renameError) {
    return `${reason}; left in place: ${messageOf(renameError)}`;
  }
};

const freeName = (path: string, taken: Set<string>): string => {
  for (let n = 1; ; n += 1) {
    const candidate = `${path}.unreadable-${String(n)}`;
    if (taken.has(basename(candidate))) continue;
    taken.add(basename(candidate));
    return candidate;
  }
};
