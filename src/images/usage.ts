import path from 'node:path';
import type { FilesystemUsage } from '../core/model/image.ts';
import { mountpointOf } from '../host/mountpoint.ts';
import { run } from '../host/process.ts';
import type { CatalogReader, StoredLayer } from './catalog.ts';

export interface UsageOptions {
  readonly graphRoot: string;
  readonly read: CatalogReader;
  /** Nanoseconds since the epoch. */
  readonly now: () => bigint;
}

interface Count {
  readonly bytes: number;
  readonly inodes: number;
}

/**
 * Returns a function that adds up what the layers of all images take on disk. Each layer is walked once, since it never
 * changes; hard links count once in a layer.
 */
export const createUsage = ({ graphRoot, read, now }: UsageOptions): (() => Promise<FilesystemUsage>) => {
  let counts: ReadonlyMap<string, Count> = new Map();
  return async () => {
    const layers = new Map((await read()).flatMap((stored) => stored.layers).map((layer) => [keyOf(layer), layer]));
    counts = await countsOf(graphRoot, layers, counts);
    const known = [...counts.values()];
    return {
      timestamp: now(),
      mountpoint: mountpointOf(graphRoot),
      usedBytes: known.reduce((sum, { bytes }) => sum + bytes, 0),
      inodesUsed: known.reduce((sum, { inodes }) => sum + inodes, 0),
    };
  };
};

/** The same id comes back with another time when a layer was removed and pulled again. */
const keyOf = ({ record }: StoredLayer): string => `${record.id} ${record.created}`;

const countsOf = async (
  graphRoot: string,
  layers: ReadonlyMap<string, StoredLayer>,
  known: ReadonlyMap<string, Count>,
): Promise<ReadonlyMap<string, Count>> => {
  const missing = [...layers].filter(([key]) => !known.has(key));
  const directories = missing.map(([, { record }]) => path.join(graphRoot, 'overlay', record.id, 'diff'));
  const [bytes, inodes] = [await diskUsage(directories, '--block-size=1'), await diskUsage(directories, '--inodes')];
  const counted = missing.map(([key], index): [string, Count] => {
    const directory = directories[index] ?? '';
    return [key, { bytes: bytes.get(directory) ?? 0, inodes: inodes.get(directory) ?? 0 }];
  });
  return new Map([...[...known].filter(([key]) => layers.has(key)), ...counted]);
};

const TIME_OUT_MS = 110_000;

/** A layer that is being removed has no line, and counts as nothing. */
const diskUsage = async (directories: readonly string[], unit: string): Promise<ReadonlyMap<string, number>> => {
  if (directories.length === 0) return new Map();
  const args = ['--summarize', '--one-file-system', unit, '--', ...directories];
  const { stdout } = await run({ path: 'du', args }, { signal: AbortSignal.timeout(TIME_OUT_MS) });
  const lines = stdout.toString().matchAll(/^(\d+)\t(.+)$/gm);
  return new Map([...lines].map(([, count = '', directory = '']) => [directory, Number(count)]));
};
