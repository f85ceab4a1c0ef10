import type { Context } from '../context.ts';
import type { Call } from '../engine.ts';
import { invalidArgument } from '../errors.ts';
import { type ImageSpec, usesImage } from '../model/container.ts';
import type { ImageId } from '../model/ids.ts';
import type { Image, RegistryAuth } from '../model/image.ts';

const nameOf = ({ image }: ImageSpec): string => {
  if (image === '') throw invalidArgument('image.image', 'must not be empty');
  return image;
};

export const listImages = async (ctx: Context, filter: { readonly image?: string }): Promise<readonly Image[]> => {
  if (filter.image === undefined || filter.image === '') return ctx.images.list();
  const image = await ctx.images.find(filter.image);
  return image === undefined ? [] : [image];
};

export const imageStatus = async (ctx: Context, image: ImageSpec): Promise<Image | undefined> =>
  ctx.images.find(nameOf(image));

/** The image's id: CreateContainer and ImageStatus take it, whatever its tags point at later. */
export const pullImage = async (
  ctx: Context,
  request: { readonly image: ImageSpec; readonly auth: RegistryAuth | undefined },
  { signal }: Call,
): Promise<string> => {
  const reference = nameOf(request.image);
  return ctx.operations.run('PullImage', reference, async ({ stage }) => {
    const { id } = await ctx.images.pull({ reference, auth: request.auth }, { signal, stage });
    await stage('done');
    return id;
  });
};

export const removeImage = async (ctx: Context, image: ImageSpec): Promise<void> => {
  const reference = nameOf(image);
  const claimed: ImageId[] = [];
  /** From this answer to the end of the removal no container can begin to use the image. */
  const inUse = ({ id }: Image): boolean => {
    if (ctx.containers.all().some((container) => usesImage(container, id))) return true;
    ctx.removingImages.add(id);
    claimed.push(id);
    return false;
  };
  try {
    await ctx.operations.run('RemoveImage', reference, async ({ stage }) => {
      await ctx.images.remove(reference, inUse, stage);
      await stage('done');
    });
  } finally {
    for (const id of claimed) ctx.removingImages.delete(id);
  }
};
