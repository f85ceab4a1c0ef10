import { type FSWatcher, statSync, watch } from 'node:fs';

export interface Watch {
  close(): void;
}

/** One change of a file is several events, and a file may be seen half written. */
const DEBOUNCE_MS = 100;
/** Events get lost, and a directory that does not exist yet has none. */
const INTERVAL_MS = 5_000;

/** Tells a directory from another one later under the same path. */
const identityOf = (directory: string): string | undefined => {
  try {
    const { dev, ino, birthtimeNs } = statSync(directory, { bigint: true });
    return `${dev}:${ino}:${birthtimeNs}`;
  } catch {
    return undefined;
  }
};

const tryWatch = (directory: string, onEvent: () => void): FSWatcher | undefined => {
  try {
    const watcher = watch(directory, { persistent: false }, onEvent);
    watcher.on('error', () => undefined);
    return watcher;
  } catch {
    // It is gone again, or there are no inotify watches left: the interval goes on.
    return undefined;
  }
};

/** Calls `look` at once, soon after a change in a directory, and every few seconds. `look` must not throw. */
export const watchDirectory = (directory: string, look: () => void): Watch => {
  let watched: { identity: string; watcher: FSWatcher } | undefined;
  let timer: NodeJS.Timeout | undefined;

  const schedule = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(turn, ms).unref();
  };
  const rewatch = (): void => {
    const identity = identityOf(directory);
    if (identity !== undefined && identity === watched?.identity) return;
    watched?.watcher.close();
    const watcher = identity === undefined ? undefined : tryWatch(directory, () => schedule(DEBOUNCE_MS));
    watched = identity !== undefined && watcher ? { identity, watcher } : undefined;
  };
  const turn = (): void => {
    rewatch();
    look();
    schedule(INTERVAL_MS);
  };

  turn();
  return {
    close: () => {
      clearTimeout(timer);
      watched?.watcher.close();
    },
  };
};
