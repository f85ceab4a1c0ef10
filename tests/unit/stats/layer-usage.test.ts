import { expect, test, vi } from 'vitest';
import type { DiskUsage } from '../../../src/runtime/stats/disk-usage.ts';
import { createLayerUsage, INTERVAL_MS } from '../../../src/runtime/stats/layer-usage.ts';

const MANY = 100;

/** Layers whose sizes and walks are set by hand. */
const world = (sizes: Record<string, number>) => {
  let time = 0;
  let hold: Promise<void> = Promise.resolve();
  const walks: (readonly string[])[] = [];
  let took = 0;
  const layers = createLayerUsage({
    mountpoint: '/layers',
    directoryOf: (id) => `/layers/${id}/upper`,
    ids: async () => Object.keys(sizes),
    walk: async (directories) => {
      const ids = directories.map((directory) => directory.split('/')[2] ?? '');
      walks.push(ids);
      await hold;
      time += took;
      return new Map(
        ids.flatMap((id, index): [string, DiskUsage][] => {
          const bytes = sizes[id];
          return bytes === undefined ? [] : [[directories[index] ?? '', { bytes, inodes: 1 }]];
        }),
      );
    },
    now: () => time,
    timestamp: () => BigInt(time),
  });
  return {
    layers,
    walks,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
    walksTake: (milliseconds: number) => {
      took = milliseconds;
    },
    /** Walks do not end before the returned function is called. */
    block: () => {
      let release = (): void => undefined;
      hold = new Promise((resolve) => {
        release = resolve;
      });
      return () => release();
    },
  };
};

test('the first call walks once, calls soon after do not', async () => {
  const { layers, walks } = world({ a: 5 });
  expect(await layers.of('a')).toEqual({ timestamp: 0n, mountpoint: '/layers', usedBytes: 5, inodesUsed: 1 });
  await layers.of('a');
  expect(walks).toEqual([['a']]);
});

test('figures grow old, are given out at once, and are walked anew behind that', async () => {
  const sizes: Record<string, number> = { a: 5 };
  const { layers, pass, block } = world(sizes);
  await layers.of('a');
  sizes['a'] = 6;
  pass(INTERVAL_MS * 2);
  const release = block();
  expect(await layers.of('a')).toMatchObject({ usedBytes: 5, timestamp: 0n });
  release();
  await vi.waitFor(async () => expect(await layers.of('a')).toMatchObject({ usedBytes: 6 }));
});

test('a walk that does not end holds nobody', async () => {
  const { layers, block } = world({ a: 5 });
  const release = block();
  expect(await layers.of('a')).toBeUndefined();
  expect(await layers.of('a')).toBeUndefined();
  release();
  await vi.waitFor(async () => expect(await layers.of('a')).toMatchObject({ usedBytes: 5 }));
});

test('a layer that takes long is walked seldom', async () => {
  const { layers, walks, walksTake, pass } = world({ a: 5 });
  walksTake(60_000);
  await layers.of('a');
  pass(600_000);
  await layers.of('a');
  expect(walks).toHaveLength(1);
  pass(600_001);
  await layers.of('a');
  expect(walks).toHaveLength(2);
});

test('one walk serves many layers that are asked for together, and a known huge one is walked by itself', async () => {
  const sizes = Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`l${index}`, index]));
  const { layers, walks, walksTake, pass } = world(sizes);
  const ids = Object.keys(sizes);
  const found = await Promise.all(ids.map((id) => layers.of(id)));
  expect(found.map((usage) => usage?.usedBytes)).toEqual(Object.values(sizes));
  walksTake(300);
  await layers.of('huge');
  walks.length = 0;
  walksTake(0);
  pass(1_000_000);
  await Promise.all(['huge', ...ids].map((id) => layers.of(id)));
  expect(walks.at(-1)).toEqual(['huge']);
  expect(walks.length).toBeLessThan(5);
});

test('all layers together are the sum of those that are there', async () => {
  const sizes: Record<string, number> = { a: 5, b: 6 };
  const { layers } = world(sizes);
  expect(await layers.total()).toMatchObject({ mountpoint: '/layers', usedBytes: 11, inodesUsed: 2 });
  delete sizes['a'];
  expect(await layers.total()).toMatchObject({ usedBytes: 6, inodesUsed: 1 });
});

test('a layer that is not there has no figures', async () => {
  expect(await world({}).layers.of('a')).toBeUndefined();
});
