import type { Engine } from '../../core/engine.ts';
import { imageHandlers as sharedHandlers } from '../shared/image-service.ts';
import { imageFilter } from '../shared/inbound/image.ts';
import { image } from '../shared/outbound/image.ts';
import { filesystemUsage } from '../shared/outbound/stats.ts';
import type { Handlers } from '../shared/service.ts';
import type { ImageServiceService } from './generated/api.ts';
import { imageSpec } from './inbound/image.ts';
import { parts } from './parts.ts';

export const imageHandlers = (engine: Engine): Handlers<ImageServiceService> => ({
  ...sharedHandlers(engine, { imageSpec }),

  async imageFsInfo() {
    const { images, containers } = await engine.imageFilesystems();
    return { imageFilesystems: images.map(filesystemUsage), containerFilesystems: containers.map(filesystemUsage) };
  },

  async *streamImages({ filter, ...rest }) {
    rest satisfies Record<string, never>;
    for (const part of parts(await engine.listImages(imageFilter(filter)))) yield { images: part.map(image) };
  },
});
