import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
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

const namesIn = (directory: string): readonly string[] =>
  readdirSync(directory)
    .filter((name) => EXTENSIONS.has(extname(name)))
    .sort();

const statusOf = (file: string): Stats | undefined => {
  try {
    return statSync(file);
  } catch {
    // It has gone, or is a link to nowhere.
    return undefined;
  }
};

const readOne = (file: string): NetworkList | Skipped => {
  const found = statusOf(file);
  const skip = (reason: string): Skipped => ({
    file,
    reason,
    edition: found ? `${found.ino}:${found.mtimeMs}:${found.size}` : '',
  });
  // A FIFO would be read for ever.
  if (!found?.isFile()) return skip('is not a regular file');
  if (found.size > LARGEST) return skip('is larger than 1 MiB');
  try {
    return parseNetworkList(readFileSync(file, 'utf8'), file);
  } catch (error) {
    return skip(messageOf(error));
  }
};

/** Reads the configurations in a directory. One that does not exist holds none; one that cannot be read is skipped as a whole. */
export const readNetworks = (directory: string): NetworkFiles => {
  const byName = new Map<string, NetworkList>();
  const skipped: Skipped[] = [];
  try {
    for (const name of namesIn(directory)) {
      const file = join(directory, name);
      const read = readOne(file);
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
