import { existsSync, type FSWatcher, mkdirSync, readFileSync, statSync, watch } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../core/errors.ts';
import { type ContainerId, containerId, isFullId } from '../../core/model/ids.ts';

export interface ExitFile {
  readonly containerId: ContainerId;
  readonly exitCode: number;
  /** Nanoseconds since the epoch: when conmon wrote the file. */
  readonly finishedAt: bigint;
}

/** conmon writes a bare number and renames it into place, so a file that is there is whole. */
export const readExitFile = (directory: string, id: ContainerId): ExitFile | undefined => {
  const path = join(directory, id);
  try {
    const exitCode = Number(readFileSync(path, 'utf8'));
    const { mtimeNs } = statSync(path, { bigint: true });
    return Number.isInteger(exitCode) ? { containerId: id, exitCode, finishedAt: mtimeNs } : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

export const removeExitFile = async (directory: string, id: ContainerId): Promise<void> =>
  rm(join(directory, id), { force: true });

/** The kernel's queue of watch events overflows in silence, so the directory is read again at this interval. */
const RESCAN_MS = 5000;

/**
 * Tells of every exit file: those that are there, and new ones as they come (0.2 ms after conmon's rename). An exit may be told more than once.
 */
export const watchExits = (directory: string, listener: (id: ContainerId) => void): Disposable => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const tell = (name: string | null): void => {
    if (name !== null && isFullId(name) && existsSync(join(directory, name))) listener(containerId(name));
  };
  const watcher: FSWatcher = watch(directory, (_event, name) => tell(name));
  // The directory was removed: the rescan finds it when it is there again.
  watcher.on('error', () => watcher.close());
  const rescan = (): void =>
    void readdir(directory).then(
      (names) => names.forEach(tell),
      () => undefined,
    );
  const timer = setInterval(rescan, RESCAN_MS);
  timer.unref();
  rescan();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      watcher.close();
    },
  };
};
