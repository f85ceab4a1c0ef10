import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { FilesystemUsage } from '../../core/model/image.ts';
import type { DiskUsage, Walk } from './disk-usage.ts';
import type { Now } from './sampler.ts';

export interface LayerUsageOptions {
  /** Of the file system that the layers are on. */
  readonly mountpoint: string;
  readonly directoryOf: (id: string) => string;
  /** Ids of all layers there are. */
  readonly ids: () => Promise<readonly string[]>;
  readonly walk: Walk;
  readonly now: Now;
  /** Nanoseconds since the epoch. */
  readonly timestamp: () => bigint;
}

export interface LayerUsage {
  /** The last known figures, with their time; undefined while there are none. */
  of(id: string): Promise<FilesystemUsage | undefined>;
  /** All layers together. */
  total(): Promise<FilesystemUsage>;
}

/** No layer is walked more often than this, plus up to half of it so that they spread... */
export const INTERVAL_MS = 10_000;
/** ...nor for more than this part of the time. */
const SHARE = 20;
/** A call waits so long, and only for what nobody asked for lately. */
export const PATIENCE_MS = 250;
const LATELY_MS = 60_000;
const FORGET_MS = 10 * LATELY_MS;

/** Layers walked together take about so long, so that a huge one holds up few others. */
const BATCH_MS = 200;
const UNKNOWN_MS = 5;
const BATCH_LAYERS = 64;

interface Layer {
  usage: (DiskUsage & { readonly timestamp: bigint }) | undefined;
  askedAt: number;
  dueAt: number;
  /** What its last walk cost, in milliseconds. */
  cost: number;
}

const nextBatch = (wanted: ReadonlySet<string>, costOf: (id: string) => number): readonly string[] => {
  let room = BATCH_MS;
  const cheapestFirst = [...wanted].sort((a, b) => costOf(a) - costOf(b)).slice(0, BATCH_LAYERS);
  return cheapestFirst.filter((id, index) => {
    room -= costOf(id);
    return index === 0 || room >= 0;
  });
};

/** What is known of each layer, by id. */
const createLayers = ({ mountpoint }: LayerUsageOptions) => {
  const layers = new Map<string, Layer>();
  return {
    entry: (id: string): Layer => {
      const layer = layers.get(id) ?? {
        usage: undefined,
        askedAt: Number.NEGATIVE_INFINITY,
        dueAt: Number.NEGATIVE_INFINITY,
        cost: UNKNOWN_MS,
      };
      layers.set(id, layer);
      return layer;
    },
    forget: (before: number): void => {
      for (const [id, { askedAt }] of layers) if (askedAt < before) layers.delete(id);
    },
    figures: (id: string): FilesystemUsage | undefined => {
      const usage = layers.get(id)?.usage;
      return usage && { timestamp: usage.timestamp, mountpoint, usedBytes: usage.bytes, inodesUsed: usage.inodes };
    },
  };
};

/**
 * What writable layers take on disk. They are walked behind the callers' backs, one batch at a time, when somebody asks and the last figures
 * are old: a caller gets the last known ones at once.
 */
export const createLayerUsage = (options: LayerUsageOptions): LayerUsage => {
  const { mountpoint, directoryOf, ids, walk, now, timestamp } = options;
  const layers = createLayers(options);
  const wanted = new Set<string>();
  let walking: Promise<void> | undefined;

  const walkBatch = async (batch: readonly string[]): Promise<void> => {
    const began = now();
    const found = await walk(batch.map(directoryOf)).catch((): ReadonlyMap<string, DiskUsage> => new Map());
    const cost = (now() - began) / batch.length;
    for (const id of batch) {
      const layer = layers.entry(id);
      const usage = found.get(directoryOf(id));
      if (usage !== undefined) layer.usage = { ...usage, timestamp: timestamp() };
      layer.cost = cost;
      layer.dueAt = now() + Math.max(INTERVAL_MS * (1 + Math.random() / 2), cost * SHARE);
    }
  };

  const walkAll = async (): Promise<void> => {
    // Those who ask in the same turn share a batch.
    await turn();
    while (wanted.size > 0) {
      const batch = nextBatch(wanted, (id) => layers.entry(id).cost);
      await walkBatch(batch);
      for (const id of batch) wanted.delete(id);
    }
    walking = undefined;
    layers.forget(now() - FORGET_MS);
  };

  /** Resolves to whether the caller may wait for new figures. */
  const ask = (id: string): boolean => {
    const layer = layers.entry(id);
    const lately = now() - layer.askedAt < LATELY_MS;
    layer.askedAt = now();
    if (now() < layer.dueAt) return false;
    wanted.add(id);
    walking ??= walkAll();
    return !lately;
  };

  const patience = (): Promise<unknown> => Promise.race([walking, delay(PATIENCE_MS, undefined, { ref: false })]);

  return {
    of: async (id) => {
      if (ask(id)) await patience();
      return layers.figures(id);
    },
    total: async () => {
      const all = await ids();
      if (all.map(ask).includes(true)) await patience();
      const known = all.flatMap((id) => layers.figures(id) ?? []);
      return {
        timestamp: timestamp(),
        mountpoint,
        usedBytes: known.reduce((sum, { usedBytes }) => sum + usedBytes, 0),
        inodesUsed: known.reduce((sum, { inodesUsed }) => sum + inodesUsed, 0),
      };
    },
  };
};
