import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silent } from '../../../src/core/ports/logger.ts';
import { type CatalogReader, createCatalogReader } from '../../../src/images/catalog.ts';
import { lookUp } from '../../../src/images/lookup.ts';
import { namesWithout } from '../../../src/images/remove.ts';

const hex = (digit: string): string => digit.repeat(64);
const digest = (digit: string): string => `sha256:${hex(digit)}`;

let root: string;
let read: CatalogReader;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'janus-catalog-'));
  read = createCatalogReader({
    graphRoot: root,
    emptyLayer: '/empty',
    pinned: 'docker.io/library/pause:3',
    logger: silent,
  });
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Written whole and renamed, as containers/storage does. */
const writeIndex = async (name: 'images' | 'layers', content: unknown): Promise<void> => {
  const directory = path.join(root, `overlay-${name}`);
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, 'draft'), typeof content === 'string' ? content : JSON.stringify(content));
  await rename(path.join(directory, 'draft'), path.join(directory, `${name}.json`));
};

const writeConfig = async (id: string, content: string): Promise<void> => {
  const directory = path.join(root, 'overlay-images', id);
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, `=${Buffer.from(`sha256:${id}`).toString('base64')}`), content);
};

const writeLayer = async (id: string, link?: string): Promise<void> => {
  await mkdir(path.join(root, 'overlay', id, 'diff'), { recursive: true });
  await mkdir(path.join(root, 'overlay', 'l'), { recursive: true });
  if (link === undefined) return;
  await writeFile(path.join(root, 'overlay', id, 'link'), link);
  await symlink(path.join('..', id, 'diff'), path.join(root, 'overlay', 'l', link)).catch(() => undefined);
};

const imageEntry = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: hex(id),
  digest: digest('d'),
  names: ['docker.io/library/app:1'],
  layer: hex('2'),
  'big-data-names': [digest(id), `manifest-${digest('e')}`, 'manifest', `manifest-${digest('d')}`],
  'big-data-sizes': { manifest: 10, [digest(id)]: 20 },
  ...more,
});
const LAYERS = [
  { id: hex('1'), created: 'a', 'diff-size': 1000 },
  { id: hex('2'), parent: hex('1'), created: 'b', 'diff-size': 500 },
];

const writeStore = async (...images: readonly unknown[]): Promise<void> => {
  await writeLayer(hex('1'), 'LOWER');
  await writeLayer(hex('2'), 'UPPER');
  await writeIndex('layers', LAYERS);
  await writeIndex('images', images);
  await writeConfig(hex('a'), '{"config":{"User":"7"}}');
  await writeConfig(hex('b'), '{}');
};

describe('a store', () => {
  test('that is not there has no images', async () => {
    expect(await read()).toEqual([]);
  });

  test('gives an image all it knows', async () => {
    await writeStore(imageEntry('a'));
    const [stored] = await read();
    expect(stored?.image).toMatchObject({
      id: digest('a'),
      repoTags: ['docker.io/library/app:1'],
      repoDigests: [`docker.io/library/app@${digest('d')}`, `docker.io/library/app@${digest('e')}`],
      size: 1530,
      uid: 7,
      pinned: false,
      layers: [path.join(root, 'overlay/l/UPPER'), path.join(root, 'overlay/l/LOWER')],
    });
  });

  test('without a short link, or with one that leads elsewhere, gives the layer’s own path', async () => {
    await writeStore(imageEntry('a'));
    await rm(path.join(root, 'overlay/l/UPPER'));
    await writeFile(path.join(root, 'overlay', hex('1'), 'link'), '../../../etc');
    const [stored] = await read();
    expect(stored?.image.layers).toEqual([
      path.join(root, 'overlay', hex('2'), 'diff'),
      path.join(root, 'overlay', hex('1'), 'diff'),
    ]);
  });

  test('gives an image without layers an empty one', async () => {
    await writeStore(imageEntry('a', { layer: undefined }));
    const [stored] = await read();
    expect(stored?.image.layers).toEqual(['/empty']);
    expect(stored?.image.size).toBe(30);
  });

  test('pins one image by its full name', async () => {
    await writeStore(imageEntry('a', { names: ['docker.io/library/pause:3'] }), imageEntry('b'));
    expect((await read()).map(({ image }) => image.pinned)).toEqual([true, false]);
  });

  test.each([
    ['a layer missing', imageEntry('a', { layer: hex('9') })],
    ['no configuration', imageEntry('a', { 'big-data-names': ['manifest'] })],
    ['an id that is a path', imageEntry('a', { id: `../${hex('a')}` })],
    ['a layer that is a path', imageEntry('a', { layer: '../../etc' })],
    ['nothing right', { id: 7, names: 'x' }],
    ['no object', 'text'],
  ])('leaves out an image with %s, and keeps the others', async (_, broken) => {
    await writeStore(broken, imageEntry('b'));
    expect((await read()).map(({ image }) => image.id)).toEqual([digest('b')]);
  });

  test('leaves out an image whose configuration is too large, or none', async () => {
    await writeStore(imageEntry('a'), imageEntry('b'));
    await writeConfig(hex('a'), JSON.stringify({ config: { User: 'x'.repeat(4 * 1024 * 1024) } }));
    await writeConfig(hex('b'), 'rubbish');
    expect(await read()).toEqual([]);
  });

  test('leaves out layers that lead in a circle', async () => {
    await writeStore(imageEntry('a'));
    await writeIndex('layers', [{ ...LAYERS[0], parent: hex('2') }, LAYERS[1]]);
    expect(await read()).toEqual([]);
  });

  test('names that are no full reference are no names', async () => {
    await writeStore(
      imageEntry('a', { names: ['short', 'BAD NAME', 'localhost/a:1', `localhost/b@${digest('f')}`, 7] }),
    );
    const [stored] = await read();
    expect(stored?.image.repoTags).toEqual(['localhost/a:1']);
    expect(stored?.image.repoDigests).toContain(`localhost/b@${digest('f')}`);
  });

  test('whose index is cut short is an error, until it is whole', async () => {
    await writeStore(imageEntry('a'));
    await writeIndex('images', '[{"id":');
    await expect(read()).rejects.toThrow();
    await expect(read()).rejects.toThrow();
    await writeIndex('images', [imageEntry('a')]);
    expect(await read()).toHaveLength(1);
  });

  test('is not read again while it is the same, and is when it changed', async () => {
    await writeStore(imageEntry('a'));
    const before = await read();
    expect(await read()).toBe(before);
    await writeIndex('images', [imageEntry('a', { names: [] })]);
    expect((await read())[0]?.image.repoTags).toEqual([]);
  });

  test('a layer that was removed and came back has its new link', async () => {
    await writeStore(imageEntry('a'));
    await read();
    await writeLayer(hex('2'), 'SECOND');
    await writeIndex('layers', [LAYERS[0], { ...LAYERS[1], created: 'c' }]);
    expect((await read())[0]?.image.layers[0]).toBe(path.join(root, 'overlay/l/SECOND'));
  });
});

describe('an image is found by', () => {
  const found = async (text: string): Promise<string | undefined> => lookUp(await read(), text)?.stored.image.id;

  beforeEach(() =>
    writeStore(
      imageEntry('a', { names: ['localhost/app:1', 'docker.io/library/cafe:latest'] }),
      imageEntry('b', { names: ['docker.io/library/other:1'] }),
    ),
  );

  test.each([
    hex('a'),
    digest('a'),
    'aaaa',
    'sha256:aaaa',
    'app:1',
    'localhost/app:1',
    `localhost/app@${digest('d')}`,
    `localhost/app:any@${digest('e')}`,
    'cafe',
    'docker.io/cafe',
  ])('%s', async (text) => {
    expect(await found(text)).toBe(digest('a'));
  });

  test.each([
    'aaa',
    'sha256:cccc',
    'cccc',
    hex('c'),
    'app',
    'docker.io/app:1',
    `localhost/app@${digest('f')}`,
    `localhost/other@${digest('d')}`,
  ])('not by %s', async (text) => {
    expect(await found(text)).toBeUndefined();
  });

  test('no beginning of two ids', async () => {
    await writeConfig(`aaaa${'b'.repeat(60)}`, '{}');
    await writeIndex('images', [
      imageEntry('a'),
      imageEntry('a', { id: `aaaa${'b'.repeat(60)}`, 'big-data-names': [`sha256:aaaa${'b'.repeat(60)}`] }),
    ]);
    await expect(found('aaaa')).rejects.toMatchObject({ kind: 'invalid-argument' });
  });

  test.each(['', '../../etc/passwd', 'a b', `${hex('a')}0:`])(
    'nothing that is neither id nor reference: %j',
    async (text) => {
      await expect(found(text)).rejects.toMatchObject({ kind: 'invalid-argument' });
    },
  );
});

describe('names that stay', () => {
  const names = [
    'docker.io/library/a:1',
    'docker.io/library/a:2',
    'localhost/b:1',
    `docker.io/library/a@${digest('d')}`,
    'no reference',
  ];

  test('without a tag', () => {
    expect(namesWithout(names, 'docker.io/library/a:1')).toEqual(names.slice(1));
  });
  test('without a digest: its repository’s tags go too', () => {
    expect(namesWithout(names, `docker.io/library/a@${digest('d')}`)).toEqual(['localhost/b:1', 'no reference']);
    expect(namesWithout(names, `docker.io/library/a@${digest('e')}`)).toEqual(names.slice(2));
  });
});
