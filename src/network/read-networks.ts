import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errnoOf, messageOf } from '../core/errors.ts';
import { type NetworkList, parseNetworkList } from './network-list.ts';

const EXTENSIONS = new Set(['.conf', '.conflist', '.json']);
const LARGEST = 1024 * 1024;

export interface Skipped {
  readonly file: string;
  readonly reason: string;
  /** Another one once the file was written again. */
  readonly edition: string;
}

export interface NetworkFiles {
  /** In the order of file names, each name once: the first is the default network. */
  readonly networks: readonly NetworkList[];
  readonly skipped: readonly Skipped[];
}

const namesIn = async (directory: string): Promise<readonly string[]> => {
  const names = await readdir(directory);
  return names.filter((name) => EXTENSIONS.has(extname(name))).sort();
};

const readBounded = async (file: string): Promise<string> => {
  const { size } = await stat(file);
  if (size > LARGEST) throw new Error('is larger than 1 MiB');
  return readFile(file, 'utf8');
};

const readOne = async (file: string): Promise<NetworkList | Skipped> => {
  const found = await stat(file).catch(() => undefined);
  const skip = (reason: string): Skipped => ({
    file,
    reason,
    edition: found ? `${found.ino}:${found.mtimeMs}:${found.size}` : '',
  });
  // A FIFO would be read for ever.
  if (!found?.isFile()) return skip('is not a regular file');
  try {
    return parseNetworkList(await readBounded(file), file);
  } catch (error) {
    return skip(messageOf(error));
  }
};

/** Reads the configurations in a directory. One that does not exist holds none; one that cannot be read is skipped as a whole. */
export const readNetworks = async (directory: string): Promise<NetworkFiles> => {
  const byName = new Map<string, NetworkList>();
  const skipped: Skipped[] = [];
  try {
    for (const name of await namesIn(directory)) {
      const file = join(directory, name);
      const read = await readOne(file);
      if ('reason' in read) skipped.push(read);
      else if (byName.has(read.name))
        skipped.push({ file, reason: `network ${JSON.stringify(read.name)} is in an earlier file`, edition: '' });
      else byName.set(read.name, read);
    }
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') skipped.push({ file: directory, reason: messageOf(error), edition: '' });
  }
  return { networks: [...byName.values()], skipped };
};
