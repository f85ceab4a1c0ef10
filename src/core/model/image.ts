import type { ImageId } from './ids.ts';

/** An image in the store. */
export interface Image {
  readonly id: ImageId;
  /** `docker.io/library/busybox:1.36`: full names with a tag. */
  readonly repoTags: readonly string[];
  /** `docker.io/library/busybox@sha256:...`: full names with a manifest digest. */
  readonly repoDigests: readonly string[];
  /** Bytes on disk of all layers; never 0. */
  readonly size: number;
  /** USER of the image, split: a number, or a name. Neither: root. */
  readonly uid: number | undefined;
  readonly username: string;
  /** May not be removed by garbage collection. */
  readonly pinned: boolean;
  readonly config: ImageConfig;
  /** `diff` directories of the layers on disk, the topmost first: overlayfs' lowerdir order. Never empty. */
  readonly layers: readonly string[];
}

/** What people call the image that was asked for by `reference`: that, unless it is the id, or its beginning, of an image with a tag. */
export const imageName = ({ id, repoTags }: Image, reference: string): string => {
  const hex = (text: string): string => text.replace(/^sha256:/, '');
  return hex(id).startsWith(hex(reference)) ? (repoTags[0] ?? reference) : reference;
};

/** What a container takes from the image's configuration (OCI image-spec, config.md). */
export interface ImageConfig {
  /** `user`, `uid`, `user:group`, `uid:gid`... or empty. */
  readonly user: string;
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly workingDir: string;
  /** Container paths; not yet checked. */
  readonly volumes: readonly string[];
  /** `SIGQUIT`, `3`, ... or empty. */
  readonly stopSignal: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
  /** Base64 of `user:password`; the password may hold `:`. */
  readonly auth: string;
  readonly serverAddress: string;
  readonly identityToken: string;
  readonly registryToken: string;
}

export interface FilesystemUsage {
  /** Nanoseconds since the epoch. */
  readonly timestamp: bigint;
  /** The same for whatever is on the same file system: a kubelet tells by it whether images and containers share one. */
  readonly mountpoint: string;
  readonly usedBytes: number;
  readonly inodesUsed: number;
}

/** A pull under way. */
export interface PullProgress {
  readonly image: string;
  readonly seconds: number;
  /** Of compressed layers, so far; what has been stored already does not count. */
  readonly bytes: number;
}
