import { implement } from '../shared/serve.ts';
import type { CriAdapter } from '../shared/service.ts';
import { listEncodings, runtimeService } from './definition.ts';
import { ImageServiceService } from './generated/api.ts';
import { imageHandlers } from './image-service.ts';
import { runtimeHandlers } from './runtime-service.ts';

const version = 'v1';

/** CRI v1, as of Kubernetes 1.36: the shared mapping, and here what v1 has beyond it. */
export const adapter: CriAdapter = {
  version,
  services: (engine, watch) => {
    const lists = listEncodings();
    const definition = runtimeService(lists);
    return [
      { definition, implementation: implement(definition, runtimeHandlers(engine, lists), { version, watch }) },
      {
        definition: ImageServiceService,
        implementation: implement(ImageServiceService, imageHandlers(engine), { version, watch }),
      },
    ];
  },
};
