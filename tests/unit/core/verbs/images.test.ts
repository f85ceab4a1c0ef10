import { describe, expect, it } from 'vitest';
import type { Mount } from '../../../../src/core/model/container.ts';
import { imageId } from '../../../../src/core/model/ids.ts';
import { createBed } from '../fakes/bed.ts';
import { busybox, containerConfig } from '../fakes/records.ts';

const spec = { ...containerConfig().image };
const imageMount: Mount = {
  containerPath: '/data',
  hostPath: '',
  readonly: true,
  selinuxRelabel: false,
  propagation: 'private',
  uidMappings: [],
  gidMappings: [],
  recursiveReadOnly: false,
  image: spec,
  imageSubPath: '',
};

describe('an image', () => {
  it('that is absent has no status, and no place in a list', async () => {
    const { engine } = createBed();
    expect(await engine.imageStatus({ ...spec, image: 'none' })).toBeUndefined();
    expect(await engine.listImages({ image: 'none' })).toEqual([]);
  });

  it('that is there has both', async () => {
    const { engine } = createBed();
    expect(await engine.imageStatus(spec)).toBe(busybox);
    expect(await engine.listImages({ image: 'busybox' })).toEqual([busybox]);
    expect(await engine.listImages({})).toEqual([busybox]);
    expect(await engine.listImages({ image: '' })).toEqual([busybox]);
  });

  it('without a name is refused', async () => {
    const { engine, call } = createBed();
    const nameless = { ...spec, image: '' };
    const refused = { kind: 'invalid-argument' };
    await expect(engine.imageStatus(nameless)).rejects.toMatchObject(refused);
    await expect(engine.pullImage({ image: nameless, auth: undefined }, call)).rejects.toMatchObject(refused);
    await expect(engine.removeImage(nameless)).rejects.toMatchObject(refused);
  });

  it('that is pulled is told by what CreateContainer takes', async () => {
    const bed = createBed();
    const reference = await bed.engine.pullImage({ image: { ...spec, image: 'new' }, auth: undefined }, bed.call);
    bed.images.stored.set(reference, busybox);
    await bed.container(await bed.pod(), { image: { ...spec, image: reference } });
  });

  it('in use stays until its last container is removed', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    await bed.engine.stopContainer(id, 0, bed.call);
    await expect(bed.engine.removeImage(spec)).rejects.toThrow('in use');
    expect(bed.ctx.removingImages.size).toBe(0);
    await bed.engine.removeContainer(id, bed.call);
    await bed.engine.removeImage(spec);
    expect(bed.images.stored.size).toBe(0);
  });

  it('that a container shows by a mount stays as well', async () => {
    const bed = createBed();
    const data = { ...busybox, id: imageId('d'.repeat(64)) };
    bed.images.stored.set('data', data);
    const mounts = [{ ...imageMount, image: { ...spec, image: 'data' } }];
    const id = await bed.container(await bed.pod(), { mounts });
    await expect(bed.engine.removeImage({ ...spec, image: 'data' })).rejects.toThrow('in use');
    await bed.engine.removeContainer(id, bed.call);
    await bed.engine.removeImage({ ...spec, image: 'data' });
    expect(bed.images.stored.has('data')).toBe(false);
  });

  it('whose removal fails can be used again', async () => {
    const bed = createBed();
    bed.script.failOnce('images.delete');
    await expect(bed.engine.removeImage(spec)).rejects.toThrow('images.delete fails');
    await bed.container(await bed.pod());
  });
});

it('the file systems are those of layers and of writable layers', async () => {
  expect(await createBed().engine.imageFilesystems()).toMatchObject({
    images: [{ mountpoint: '/graph' }],
    containers: [{ mountpoint: '/layers' }],
  });
});
