import path from 'node:path';
import type { ImagesConfig } from '../config/config.ts';
import { invalidArgument } from '../core/errors.ts';
import { createLimit } from '../core/limit.ts';
import type { ImageStore } from '../core/ports/image-store.ts';
import type { Logger } from '../core/ports/logger.ts';
import { type Meter, noMeter } from '../core/ports/meter.ts';
import { makeDirectory } from '../host/files.ts';
import { createCatalogReader } from './catalog.ts';
import { lookUp } from './lookup.ts';
import { createPullAccount } from './progress.ts';
import { createPull } from './pull.ts';
import { canonical, tryReference } from './reference.ts';
import { removeImage } from './remove.ts';
import { removeLeftPlaces } from './skopeo.ts';
import { createUsage } from './usage.ts';

export interface ImageStoreOptions {
  /** A containers/storage store with the overlay driver; made when missing. Absolute, without `+ : , [ ]`. */
  readonly graphRoot: string;
  /** Its data of this boot. Same rules. */
  readonly runRoot: string;
  /** Default `skopeo`, looked up in PATH. */
  readonly skopeoPath?: string;
  readonly config: ImagesConfig;
  readonly logger: Logger;
  readonly meter?: Pick<Meter, 'pull'>;
  /** Nanoseconds since the epoch. */
  readonly now: () => bigint;
  /** Default 5 minutes: a pull that moves no data for so long fails. */
  readonly stallMs?: number;
}

const STALL_MS = 5 * 60_000;
/** A removal that has not begun by then fails. */
const REMOVE_WAIT_MS = 2 * 60_000;

/**
 * The images of a containers/storage store, which buildah, podman and skopeo may use at the same time.
 * Reading is done on its files; pulling by skopeo, removing by containers-storage, which lock it.
 */
export const createImageStore = (options: ImageStoreOptions): ImageStore => {
  const { graphRoot, runRoot, config, logger, now, meter = noMeter } = options;
  for (const root of [graphRoot, runRoot]) checkRoot(root);
  const emptyLayer = path.join(runRoot, 'janus-empty');
  const pinned = tryReference(config.podSandboxImage);
  const read = createCatalogReader({ graphRoot, emptyLayer, pinned: pinned && canonical(pinned), logger });
  const account = createPullAccount(logger);
  const skopeo = {
    account,
    graphRoot,
    runRoot,
    config,
    skopeoPath: options.skopeoPath ?? 'skopeo',
    stallMs: options.stallMs ?? STALL_MS,
  };
  const pull = createPull({ ...skopeo, read, logger, meter });
  const oneAtATime = createLimit(1);
  const prepared = once(async () => {
    await removeLeftPlaces({ graphRoot, runRoot });
    await makeDirectory(emptyLayer, 0o755);
  });
  const readPrepared = async (): ReturnType<typeof read> => {
    await prepared();
    return read();
  };
  return {
    list: async () => (await readPrepared()).map(({ image }) => image),
    find: async (reference) => lookUp(await readPrepared(), reference)?.stored.image,
    pull: async (request, options) => {
      await prepared();
      return pull(request, options);
    },
    pulls: () => account.list(),
    remove: (reference, inUse, stage) =>
      oneAtATime(AbortSignal.timeout(REMOVE_WAIT_MS), async () => {
        await stage?.('delete');
        await removeImage({ graphRoot, runRoot, read }, reference, inUse);
      }),
    usage: createUsage({ graphRoot, read, now }),
  };
};

const checkRoot = (root: string): void => {
  if (!path.isAbsolute(root) || /[+:,[\]]/.test(root))
    throw invalidArgument('graph', `${root} must be absolute, without + : , [ ]`);
};

/** Tries again at the next call when it failed. */
const once = (work: () => Promise<void>): (() => Promise<void>) => {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
};
