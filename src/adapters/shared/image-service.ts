import type { Call, Engine } from '../../core/engine.ts';
import type { ImageSpec } from '../../core/model/container.ts';
import type * as cri from '../v1alpha2/generated/api.ts';
import { imageFilter, registryAuth } from './inbound/image.ts';
import { image, imageFacts } from './outbound/image.ts';
import { verboseInfo } from './outbound/info.ts';
import { filesystemUsage } from './outbound/stats.ts';
import type { Handlers } from './service.ts';
import type { With } from './v1alpha2.ts';

export interface ImageMessages<Spec> {
  readonly imageSpec: (message: Spec | undefined, field: string) => ImageSpec;
}

type Naming<Request, Spec> = With<Request, { readonly image: Spec | undefined }>;

interface VersionedRpcs<Spec> {
  imageStatus(request: Naming<cri.ImageStatusRequest, Spec>): Promise<unknown>;
  pullImage(request: Naming<cri.PullImageRequest, Spec>, call: Call): Promise<cri.PullImageResponse>;
  removeImage(request: Naming<cri.RemoveImageRequest, Spec>): Promise<cri.RemoveImageResponse>;
}

type SharedRpcs = Pick<Handlers<cri.ImageServiceService>, 'listImages' | 'imageFsInfo'>;

/** ImageService with the RPCs of v1alpha2, which v1 has too. */
export const imageHandlers = <Spec>(engine: Engine, { imageSpec }: ImageMessages<Spec>) =>
  ({
    async listImages({ filter, ...rest }) {
      rest satisfies Record<string, never>;
      return { images: (await engine.listImages(imageFilter(filter))).map(image) };
    },

    /** An image that is not there is no error. */
    async imageStatus({ image: spec, verbose, ...rest }) {
      rest satisfies Record<string, never>;
      const found = await engine.imageStatus(imageSpec(spec, 'image'));
      if (found === undefined) return { image: undefined, info: {} };
      return { image: image(found), info: await verboseInfo(verbose, () => imageFacts(found.config)) };
    },

    /** `sandbox_config` tells which pod the pull is for; nothing depends on it. */
    async pullImage({ image: spec, auth, sandboxConfig: _pod, ...rest }, call) {
      rest satisfies Record<string, never>;
      const request = { image: imageSpec(spec, 'image'), auth: registryAuth(auth, 'auth') };
      return { imageRef: await engine.pullImage(request, call) };
    },

    async removeImage({ image: spec, ...rest }) {
      rest satisfies Record<string, never>;
      await engine.removeImage(imageSpec(spec, 'image'));
      return {};
    },

    async imageFsInfo() {
      return { imageFilesystems: (await engine.imageFilesystems()).images.map(filesystemUsage) };
    },
  }) satisfies VersionedRpcs<Spec> & SharedRpcs;
