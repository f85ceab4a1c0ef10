import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { errnoOf, JanusError, kindOf, messageOf } from '../core/errors.ts';
import { replaceFile } from '../host/files.ts';
import type { KeptNetwork } from './planned.ts';

const VERSION = 1;

const object = z.record(z.string(), z.unknown());
const network = z.object({
  network: z.string(),
  interfaceName: z.string(),
  cniVersion: z.string(),
  args: z.string(),
  plugins: z.array(z.object({ type: z.string(), config: object })),
  result: object.optional(),
});
const content = z.object({ version: z.literal(VERSION), networks: z.array(network) });

/** What was read of a sandbox. `damaged`: a file that a crash or the disk has spoiled. */
type Kept =
  | { readonly kind: 'absent' }
  | { readonly kind: 'networks'; readonly networks: readonly KeptNetwork[] }
  | { readonly kind: 'damaged'; readonly reason: string };

/** The networks of each sandbox, as they were added: DEL needs them when the configuration has changed or is gone. */
export interface KeptNetworks {
  /** A file of a newer version: "failed-precondition", and it is left alone. */
  read(id: string): Promise<Kept>;
  write(id: string, networks: readonly KeptNetwork[]): Promise<void>;
  remove(id: string): Promise<void>;
}

const parse = (text: string, file: string): Kept => {
  try {
    const value: unknown = JSON.parse(text);
    const { version } = z.object({ version: z.number().int().positive() }).parse(value);
    if (version > VERSION)
      throw new JanusError('failed-precondition', `${file} is of version ${version}: written by a newer daemon`);
    return {
      kind: 'networks',
      networks: content.parse(value).networks.map((kept) => ({ ...kept, result: kept.result })),
    };
  } catch (error) {
    if (error instanceof JanusError) throw error;
    return { kind: 'damaged', reason: messageOf(error).slice(0, 256) };
  }
};

const removeLeftovers = async (directory: string): Promise<void> => {
  const names = await readdir(directory);
  await Promise.all(
    names.filter((name) => name.endsWith('.tmp')).map((name) => rm(join(directory, name), { force: true })),
  );
};

const readIfThere = async (file: string): Promise<Kept> => {
  try {
    return parse(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { kind: 'absent' };
    throw error;
  }
};

/** Of the disk's own errors only a full one is told from the others. */
const stored = async <T>(file: string, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof JanusError) throw cause;
    throw new JanusError(kindOf(cause), `${file}: ${messageOf(cause)}`, { cause });
  }
};

/** One file `<sandbox id>.json` in `directory`, which exists. Replaced atomically, file and directory synced. */
export const openKeptNetworks = async (directory: string): Promise<KeptNetworks> => {
  await removeLeftovers(directory);
  const fileOf = (id: string): string => join(directory, `${id}.json`);
  return {
    read: (id) => stored(fileOf(id), readIfThere(fileOf(id))),
    write: (id, networks) =>
      stored(fileOf(id), replaceFile(fileOf(id), JSON.stringify({ version: VERSION, networks }), { durable: true })),
    remove: (id) => stored(fileOf(id), rm(fileOf(id), { force: true })),
  };
};
