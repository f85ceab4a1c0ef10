import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Registry } from '../../contract/support/registry.ts';
import { type Bed, makeBed } from '../../support/bed.ts';
import { type BothClients, connectBoth } from '../../support/clients.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { registryWithOwnImage, strayLayers } from '../../support/own-image.ts';
import { empty, fill, mountSmallDisk, takeSpace } from '../../support/small-disk.ts';

let bed: Bed;
let daemon: RunningDaemon;
let registry: Registry;
let clients: BothClients;
let disk: string;

beforeAll(async () => {
  bed = makeBed('fullpull', 77);
  registry = await registryWithOwnImage(bed);
  disk = join(bed.graph, 'storage');
  mountSmallDisk(disk, { size: '64m', inodes: 4000 });
  daemon = await startDaemon(bed, { 'insecure-registries': [registry.address] });
  clients = connectBoth(bed.socket);
});

afterEach(() => empty(disk));
afterAll(async () => {
  for (const client of clients) client.close();
  await daemon.stop();
  await registry.close();
  bed.dispose();
});

const MIB = 1024 * 1024;
const HEX = /^[0-9a-f]{64}$/;
const namesIn = (directory: string): readonly string[] => (existsSync(directory) ? readdirSync(directory) : []);

interface Layer {
  readonly id: string;
  readonly flags?: { readonly incomplete?: boolean };
}

const layers = (): readonly Layer[] => {
  const index = join(disk, 'overlay-layers', 'layers.json');
  return existsSync(index) ? (JSON.parse(readFileSync(index, 'utf8')) as Layer[]) : [];
};

/** The store may have no room to say that it removed a layer: then it is marked, and goes when the store is written to again. */
const marked = (): readonly string[] => layers().flatMap(({ id, flags }) => (flags?.incomplete === true ? [id] : []));

/** Half images and layers, and places for what is on its way. Whole layers stay: the next pull has no need to fetch them. */
const halves = (): readonly string[] => [
  ...(layers().length === 0 ? namesIn(join(disk, 'overlay')).filter((name) => HEX.test(name)) : strayLayers(bed)),
  ...marked(),
  ...namesIn(join(disk, 'overlay-images')).filter((name) => HEX.test(name)),
  ...namesIn(join(disk, 'janus-pulls')),
  ...namesIn(join(bed.state, 'storage', 'janus-pulls')),
];

it.each<[string, () => void]>([
  ['anything', () => fill(disk)],
  ['all of its layers to be fetched', () => takeSpace(disk, 6 * MIB)],
  ['its layers to be unpacked', () => takeSpace(disk, 14 * MIB)],
])(
  'no room for %s: the pull is refused, nothing half is left, and the image is pulled when there is room',
  async (_, use) => {
    const image = { image: registry.image };
    for (const { images } of clients) {
      use();
      await expect(images.pullImage({ image })).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
      expect((await images.listImages({})).images).toEqual([]);
      expect(halves().filter((id) => !marked().includes(id))).toEqual([]);
      empty(disk);
      const { imageRef } = await images.pullImage({ image });
      expect((await images.listImages({})).images.map(({ id }) => id)).toEqual([imageRef]);
      expect([...strayLayers(bed), ...marked()]).toEqual([]);
      await images.removeImage({ image });
      expect([...layers(), ...halves()]).toEqual([]);
    }
  },
);
