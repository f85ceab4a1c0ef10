import { type Dirent, readFileSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
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
  for (const entry of entries) {
    const id = RECORD.exec(entry.name)?.groups?.['id'];
    if (id === undefined) continue;
    try {
      records.push(readRecord(entry, id, { directory, codec }));
    } catch (error) {
      unreadable.push({ id, reason: await setAside(error, join(directory, entry.name), taken) });
    }
  }
  return { records, unreadable };
};

/** The file is there but could not be read now: no reason to believe that its content is bad. */
class ReadFailure extends Error {}

/** Nobody is served while records are loaded: a wait for each file would only cost time. */
const readRecord = <T extends { readonly id: string }>(
  entry: Dirent,
  id: string,
  { directory, codec }: { directory: string; codec: RecordCodec<T> },
): T => {
  if (!entry.isFile()) throw new Error('not a regular file');
  return decodeRecord(codec, bytesOf(join(directory, entry.name)), id);
};

const bytesOf = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ReadFailure(messageOf(cause), { cause });
  }
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
