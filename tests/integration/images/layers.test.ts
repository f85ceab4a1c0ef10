import { chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ImageStore } from '../../../src/core/ports/image-store.ts';
import { type FakeRegistry, imageOfLayer, startFakeRegistry } from './fake-registry.ts';
import { archive, type Entry } from './tar.ts';
import { createWorld, never, unused, type World } from './world.ts';

let source: World;
let world: World;
let store: ImageStore;
let sound: string;
let fake: FakeRegistry | undefined;
/** A directory of the host, and a file in it. */
let outside: string;

beforeAll(async () => {
  source = await createWorld();
  world = await createWorld();
  store = world.store({ insecureRegistries: ['127.0.0.1'] });
  sound = `${await source.registry()}/team/one:1`;
  await source.build('localhost/one:1', ['FROM scratch', 'COPY busybox /bin/busybox']);
  await source.push('localhost/one:1', sound);
  outside = path.join(world.directory, 'outside');
  mkdirSync(outside, { mode: 0o750 });
  writeFileSync(path.join(outside, 'canary'), 'of the host', { mode: 0o640 });
  for (const each of [outside, path.join(outside, 'canary')]) chownSync(each, 7, 7);
});
afterEach(() => fake?.close());
afterAll(() => Promise.all([source.close(), world.close()]));

/** The image's id, or why there is none. */
const pull = async (layer: { tar: Buffer; blob: Buffer }): Promise<{ id: string } | { error: unknown }> => {
  fake = await startFakeRegistry(imageOfLayer(layer));
  const request = { reference: `${fake.address}/team/bad:1`, auth: undefined };
  return store.pull(request, { signal: never }).catch((error: unknown) => ({ error }));
};

const brokenLayer = expect.objectContaining({
  kind: 'unknown',
  message: expect.stringMatching(/^pulling 127\.0\.0\.1:\d+\/team\/bad:1: /) as string,
}) as unknown;

const entriesOf = (...place: readonly string[]): readonly string[] => readdirSync(path.join(world.graphRoot, ...place));
const indexOf = (...place: readonly string[]): unknown =>
  JSON.parse(readFileSync(path.join(world.graphRoot, ...place), 'utf8'));

/** Nothing of what was pulled is left, and what is pulled next is there and goes again. */
const isAsBefore = async (): Promise<void> => {
  const image = await store.pull({ reference: sound, auth: undefined }, { signal: never });
  expect((await store.list()).map(({ id }) => id)).toEqual([image.id]);
  await store.remove(image.id, unused);
  expect(entriesOf('overlay').filter((name) => /^[0-9a-f]{64}$/.test(name))).toEqual([]);
  expect(entriesOf('overlay', 'l')).toEqual([]);
  expect(entriesOf('janus-pulls')).toEqual([]);
  expect(indexOf('overlay-layers', 'layers.json')).toEqual([]);
  expect(indexOf('overlay-images', 'images.json')).toEqual([]);
};

describe('a layer that is', () => {
  const tar = archive([{ name: 'file', content: 'x'.repeat(100_000) }]);
  const gzip = gzipSync(tar, { level: 0 });

  test.each<[string, Buffer]>([
    ['no archive', Buffer.from('neither gzip nor tar '.repeat(100))],
    ['a gzip cut short', gzip.subarray(0, gzip.length / 2)],
    [
      'a gzip with another byte in its midst',
      Buffer.concat([gzip.subarray(0, 50_000), Buffer.from([255]), gzip.subarray(50_001)]),
    ],
    ['a gzip of an archive cut short', gzipSync(tar.subarray(0, 50_000))],
    ['a zstd of no sense', Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(1000, 0xa5)])],
  ])('%s fails the pull, and leaves nothing', async (_, blob) => {
    expect(await pull({ tar, blob })).toEqual({ error: brokenLayer });
    await isAsBefore();
  });
});

/** What there is to see of the host's directory and of its file. */
const look = (): unknown =>
  [outside, ...readdirSync(outside).map((name) => path.join(outside, name))].map((each) => {
    const { mode, uid, gid, nlink, mtimeMs } = lstatSync(each);
    return { each, mode, uid, gid, nlink, mtimeMs, content: lstatSync(each).isFile() && readFileSync(each, 'utf8') };
  });

describe('a layer with', () => {
  const mine = { mode: 0o777, uid: 4242 } as const;
  const overwrite = { ...mine, content: 'of the image' } as const;
  /** Leads to the host from any directory. */
  const up = (name = ''): string => path.join(`${'../'.repeat(12)}${outside}`, name);
  const out = (to: string): Entry => ({ name: 'out', type: 'symlink', to });

  test.each<[string, () => readonly Entry[]]>([
    [
      'a file behind a link',
      () => [out(outside), { name: 'out/canary', ...overwrite }, { name: 'out/new', ...overwrite }],
    ],
    ['a file in the place of a link', () => [out(up('canary')), { name: './out', ...overwrite }]],
    ['a directory in the place of a link', () => [out(up()), { name: './out', type: 'directory', ...mine }]],
    [
      'a file behind a link and a directory',
      () => [out(up()), { name: './out', type: 'directory', ...mine }, { name: 'out/canary', ...overwrite }],
    ],
    [
      'a hard link to a link, whose mode it has (2021-32760)',
      () => [out(up('canary')), { name: 'hard', type: 'link', to: 'out', ...mine }],
    ],
    [
      'a hard link behind a link',
      () => [out(outside), { name: 'hard', type: 'link', to: 'out/canary', ...mine }, { name: 'hard', ...overwrite }],
    ],
    [
      'a hard link to a path that climbs',
      () => [
        { name: 'hard', type: 'link', to: up('canary'), ...mine },
        { name: 'hard', ...overwrite },
      ],
    ],
    [
      'a hard link to a path from the root',
      () => [{ name: 'hard', type: 'link', to: path.join(outside, 'canary'), ...mine }],
    ],
    [
      'a hard link that is made behind a link',
      () => [{ name: 'own', ...overwrite }, out(up()), { name: 'out/hard', type: 'link', to: 'own', ...mine }],
    ],
    ['a file of a path that climbs', () => [{ name: up('canary'), ...overwrite }]],
    ['a file of a path from the root', () => [{ name: path.join(outside, 'canary'), ...overwrite }]],
    ['a whiteout behind a link', () => [out(up()), { name: 'out/.wh.canary' }]],
    ['an opaque directory behind a link', () => [out(up()), { name: 'out/.wh..wh..opq' }]],
  ])('%s changes nothing of the host, and leaves nothing', async (_, entries) => {
    const before = look();
    const tar = archive(entries());
    const pulled = await pull({ tar, blob: gzipSync(tar) });
    if ('error' in pulled) expect(pulled).toEqual({ error: brokenLayer });
    else await store.remove(pulled.id, unused);
    expect(look()).toEqual(before);
    await isAsBefore();
  });
});
