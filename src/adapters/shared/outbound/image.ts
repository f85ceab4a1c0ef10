import type { Image, ImageConfig } from '../../../core/model/image.ts';
import type * as cri from '../../v1alpha2/generated/api.ts';

export const image = (found: Image) =>
  ({
    id: found.id,
    repoTags: [...found.repoTags],
    repoDigests: [...found.repoDigests],
    size: BigInt(found.size),
    uid: found.uid === undefined ? undefined : { value: BigInt(found.uid) },
    username: found.username,
    spec: undefined,
    pinned: found.pinned,
  }) satisfies cri.Image;

/** The image's configuration in the words of the OCI image specification (config.md), for verbose status. */
export const imageFacts = (config: ImageConfig): unknown => ({
  imageSpec: {
    config: {
      User: config.user,
      Env: config.env,
      Entrypoint: config.entrypoint,
      Cmd: config.cmd,
      WorkingDir: config.workingDir,
      Volumes: Object.fromEntries(config.volumes.map((path) => [path, {}])),
      StopSignal: config.stopSignal,
      Labels: config.labels,
    },
  },
});
