import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PullProgress } from '../core/model/image.ts';
import type { Logger } from '../core/ports/logger.ts';

/** The pulls under way. */
export interface PullAccount {
  /** `blobs`: the directory that its layers are downloaded to. Returns the function that ends the entry. */
  begin(image: string, blobs: string): () => void;
  list(): Promise<readonly PullProgress[]>;
}

interface Underway {
  readonly image: string;
  readonly blobs: string;
  readonly since: number;
}

/** A pull that takes longer says how far it is, once in so long. */
const TELL_MS = 10_000;

export const createPullAccount = (logger: Logger, now: () => number = Date.now): PullAccount => {
  const underway = new Set<Underway>();
  const progressOf = async ({ image, blobs, since }: Underway): Promise<PullProgress> => ({
    image,
    seconds: Math.round(now() - since) / 1000,
    bytes: await bytesIn(blobs),
  });
  const tell = async (pull: Underway): Promise<void> => {
    const { image, ...far } = await progressOf(pull);
    if (underway.has(pull)) logger.info('still pulling image', { image, ...far });
  };
  return {
    begin: (image, blobs) => {
      const pull = { image, blobs, since: now() };
      underway.add(pull);
      const timer = setInterval(() => void tell(pull), TELL_MS);
      timer.unref();
      return () => {
        clearInterval(timer);
        underway.delete(pull);
      };
    },
    list: () => Promise.all([...underway].map(progressOf)),
  };
};

/** Files may go while they are counted: they are then stored. */
const bytesIn = async (directory: string): Promise<number> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((total, size) => total + size, 0);
};
