import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mountpointOf } from '../../../src/host/mountpoint.ts';
import { createWorld, mountsUnder, never, unused, type World } from './world.ts';

let world: World;
let registry: string;

beforeAll(async () => {
  world = await createWorld();
  registry = await world.registry();
  await world.build('localhost/base:1', ['FROM scratch', 'COPY busybox /bin/busybox']);
  await world.build('localhost/app:1', [
    'FROM localhost/base:1',
    'COPY busybox /bin/second',
    'USER 1000:50',
    'WORKDIR /work',
    'VOLUME /data',
    'ENV A=b PATH=/bin',
    'LABEL purpose=test',
    'STOPSIGNAL SIGQUIT',
    'ENTRYPOINT ["/bin/busybox"]',
    'CMD ["sleep","1"]',
  ]);
  await world.push('localhost/app:1', `${registry}/team/app:1`);
});
afterAll(() => world.close());

describe('an image that buildah made in the store', () => {
  test('is listed with its names, user, configuration and layers', async () => {
    const images = await world.store().list();
    const image = images.find(({ repoTags }) => repoTags.includes('localhost/app:1'));
    expect(images).toHaveLength(2);
    expect(image).toMatchObject({
      repoTags: ['localhost/app:1'],
      uid: 1000,
      username: '',
      pinned: false,
      config: {
        user: '1000:50',
        env: ['A=b', 'PATH=/bin'],
        entrypoint: ['/bin/busybox'],
        cmd: ['sleep', '1'],
        workingDir: '/work',
        volumes: ['/data'],
        stopSignal: 'SIGQUIT',
      },
    });
    expect(image?.config.labels['purpose']).toBe('test');
    expect(image?.id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(image?.repoDigests[0]).toMatch(/^localhost\/app@sha256:[0-9a-f]{64}$/);
    const { size } = await stat('/bin/busybox');
    expect(image?.size).toBeGreaterThan(2 * size);
  });

  test('has the topmost layer first, by short paths', async () => {
    const layers = (await world.store().find('app:1'))?.layers ?? [];
    const present = await Promise.all(
      layers.map(async (layer) => [
        await stat(path.join(layer, 'bin/second')).then(
          () => true,
          () => false,
        ),
        await stat(path.join(layer, 'bin/busybox')).then(
          () => true,
          () => false,
        ),
      ]),
    );
    const second = present.findIndex(([top]) => top === true);
    const first = present.findIndex(([, bottom]) => bottom === true);
    expect(second).toBeGreaterThanOrEqual(0);
    expect(first).toBeGreaterThan(second);
    for (const layer of layers) expect(path.dirname(layer)).toBe(path.join(world.graphRoot, 'overlay', 'l'));
  });

  test.each(['app:1', 'localhost/app:1'])('is found as %s', async (name) => {
    expect((await world.store().find(name))?.repoTags).toEqual(['localhost/app:1']);
  });

  test('is seen by a store that has listed before', async () => {
    const store = world.store();
    expect(await store.find('late:2')).toBeUndefined();
    await world.buildah('tag', 'localhost/app:1', 'localhost/late:2');
    expect((await store.find('late:2'))?.repoTags).toContain('localhost/late:2');
    await world.buildah('rmi', 'localhost/late:2');
    expect(await store.find('late:2')).toBeUndefined();
  });
});

describe('a pull', () => {
  test('by tag gives an image with that tag and a digest by which it is found', async () => {
    const store = world.store({ insecureRegistries: [registry] });
    const image = await store.pull({ reference: `${registry}/team/app:1`, auth: undefined }, { signal: never });
    expect(image.repoTags).toContain(`${registry}/team/app:1`);
    const digest = image.repoDigests.find((name) => name.startsWith(registry)) ?? '';
    expect((await store.find(digest))?.id).toBe(image.id);
    expect((await store.find(image.id))?.id).toBe(image.id);
    expect((await store.find(image.id.slice('sha256:'.length, 20)))?.id).toBe(image.id);
  });

  test('leaves no file and no mount of its own', async () => {
    const own = (await mountsUnder(world.directory)).filter((mount) => mount.startsWith(world.runRoot));
    expect(own).toEqual([]);
    await expect(readFile(path.join(world.runRoot, 'janus-pulls', 'auth.json'))).rejects.toThrow('ENOENT');
  });

  test('and a removal of its tag leave the other names', async () => {
    const store = world.store({ insecureRegistries: [registry] });
    await store.remove(`${registry}/team/app:1`, () => true);
    expect((await store.find('localhost/app:1'))?.repoTags).toEqual(['localhost/app:1']);
  });
});

describe('usage', () => {
  test('counts what the layers take', async () => {
    const usage = await world.store().usage();
    const { size } = await stat('/bin/busybox');
    expect(usage.usedBytes).toBeGreaterThan(2 * size);
    expect(usage.inodesUsed).toBeGreaterThanOrEqual(4);
    expect(usage.mountpoint).toBe(mountpointOf(world.graphRoot));
  });
});

describe('removal by id', () => {
  test('is refused while in use, and then takes the layers along', async () => {
    const store = world.store();
    const image = await store.find('localhost/app:1');
    const id = image?.id ?? '';
    await expect(store.remove(id, () => true)).rejects.toMatchObject({ kind: 'failed-precondition' });
    expect((await store.find(id))?.repoTags).toEqual(['localhost/app:1']);
    await store.remove(id, unused);
    expect(await store.find(id)).toBeUndefined();
    await expect(stat(image?.layers[0] ?? '')).rejects.toThrow('ENOENT');
    await store.remove(id, unused);
    await store.remove('localhost/app:1', unused);
  });
});
