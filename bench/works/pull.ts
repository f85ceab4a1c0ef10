import { createWorld, type World } from '../../tests/integration/images/world.ts';
import type { Contestant, ToolAccess } from '../contestant.ts';
import { orUndo } from '../engines/or-undo.ts';
import { timed } from '../timed.ts';
import type { Samples, Work } from '../work.ts';

interface Size {
  readonly name: string;
  readonly layers: number;
  readonly megabytes: number;
}

const SMALL: Size = { name: 'PullImage, small', layers: 1, megabytes: 0 };
const MIDDLE: Size = { name: 'PullImage, 27 MB in 4 layers', layers: 4, megabytes: 27 };
const LARGE: Size = { name: 'PullImage, 300 MB in 10 layers', layers: 10, megabytes: 300 };

const REPEAT = 3;
const AT_ONCE = 5;

/** Each layer is built on the image before; its content cannot be compressed. */
const build = async (world: World, { layers, megabytes }: Size, name: string): Promise<string> => {
  const kilobytes = Math.round((megabytes * 1000) / layers);
  for (let layer = 1; layer <= layers; layer += 1) {
    const from = layer === 1 ? ['FROM scratch', 'COPY busybox /busybox'] : [`FROM ${name}-${layer - 1}`];
    const fill = `RUN ["/busybox", "dd", "if=/dev/urandom", "of=/data-${layer}", "bs=1000", "count=${kilobytes}"]`;
    await world.build(`${name}-${layer}`, kilobytes === 0 ? from : [...from, fill]);
  }
  return `${name}-${layers}`;
};

const publish = async (world: World, registry: string, size: Size, tag = 1): Promise<string> => {
  const name = `localhost/bench-${size.layers}-${tag}`;
  const reference = `${registry}/bench/layers-${size.layers}:${tag}`;
  await world.push(await build(world, size, name), reference);
  return reference;
};

const publishSeveral = async (world: World): Promise<readonly string[]> => {
  const registry = await world.registry();
  const images: string[] = [];
  for (let tag = 1; tag <= AT_ONCE; tag += 1) images.push(await publish(world, registry, MIDDLE, tag));
  return images;
};

type Images = Pick<ToolAccess, 'pull' | 'remove'>;

/** PullImage and RemoveImage of an engine, or the bare tools' own. */
const imagesOf = ({ engine, tools }: Contestant): Images =>
  tools ?? {
    pull: async (image) => void (await engine.cri.images.pullImage({ image: { image } })),
    remove: async (image) => void (await engine.cri.images.removeImage({ image: { image } })),
  };

const pullOnce = async (images: Images, image: string): Promise<number> => {
  const [took] = await timed(() => images.pull(image));
  await images.remove(image);
  return took;
};

const measured = (size: Size): Work => ({
  name: `pull-${size.megabytes}`,
  figures: [{ name: size.name, unit: 'ms', of: 'p50' }],
  prepare: async (contestant) => {
    const store = imagesOf(contestant);
    const world = await createWorld();
    const image = await orUndo(
      () => world.close(),
      async () => publish(world, await world.registry(), size),
    );
    return {
      round: async (): Promise<Samples> => {
        const samples: number[] = [];
        for (let i = 0; i < REPEAT; i += 1) samples.push(await pullOnce(store, image));
        return { [size.name]: samples };
      },
      close: () => world.close(),
    };
  },
});

const together = `PullImage, ${AT_ONCE} of 27 MB at once`;

const several: Work = {
  name: `pull-${AT_ONCE}-at-once`,
  figures: [{ name: together, unit: 'ms', of: 'p50' }],
  prepare: async (contestant) => {
    const store = imagesOf(contestant);
    const world = await createWorld();
    const images = await orUndo(
      () => world.close(),
      () => publishSeveral(world),
    );
    return {
      round: async (): Promise<Samples> => {
        const [took] = await timed(() => Promise.all(images.map((image) => store.pull(image))));
        for (const image of images) await store.remove(image);
        return { [together]: [took] };
      },
      close: () => world.close(),
    };
  },
};

/** Pulls from a registry on loopback; nothing of the image is in the store before. */
export const pulls: readonly Work[] = [...[SMALL, MIDDLE, LARGE].map(measured), several];
