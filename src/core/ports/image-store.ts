import type { FilesystemUsage, Image, PullProgress, RegistryAuth } from '../model/image.ts';
import type { Stage, Staged } from '../stages.ts';

export interface PullRequest {
  /** As the client wrote it: short or full, with tag, digest, both or neither. */
  readonly reference: string;
  readonly auth: RegistryAuth | undefined;
}

/** Before the places for what is on its way are made, before the copying, and after it. Of joined pulls, the first one's. */
export type PullStage = 'places' | 'copy' | 'copied';

/**
 * The images on the host. A port because they live in a store shared with other tools: what is there may change
 * behind the daemon's back, so nothing is remembered that the store itself does not say.
 */
export interface ImageStore {
  list(): Promise<readonly Image[]>;
  /** By id, unique id prefix, or reference in any form; undefined when absent. */
  find(reference: string): Promise<Image | undefined>;
  /** Pulls of one reference by equal credentials join. Errors: see docs/reference. Returns the image as it then is. */
  pull(request: PullRequest, options: Staged<PullStage>): Promise<Image>;
  /** The pulls under way; the ones that wait for their turn are not. */
  pulls(): Promise<readonly PullProgress[]>;
  /**
   * Removes one tag or digest, or with an id the whole image with all its names. Absent: no error.
   * `inUse` tells whether containers need the image: then only names may go.
   */
  remove(reference: string, inUse: (image: Image) => boolean, stage?: Stage<'delete'>): Promise<void>;
  /** The file system that holds image layers. */
  usage(): Promise<FilesystemUsage>;
}
