import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';

export interface Watch {
  close(): void;
}

/** One change of a file is several events, and a file may be seen half written. */
const DEBOUNCE_MS = 100;
/** Events get lost, and a directory that does not exist yet has none. */
const INTERVAL_MS = 5_000;

/** Tells a directory from another one later under the same path. */
const identityOf = async (directory: string): Promise<string | undefined> => {
  try {
    const { dev, ino, birthtimeNs } = await stat(directory, { bigint: true });
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

/** Calls `look` soon after a change in a directory, and every few seconds; never twice at a time. `look` must not throw. */
export const watchDirectory = (directory: string, look: () => Promise<void>): Watch => {
  let watched: { identity: string; watcher: FSWatcher } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let again = false;
  let closed = false;

  const schedule = (ms: number): void => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(() => void turn(), ms).unref();
  };
  const onEvent = (): void => {
    if (looking) again = true;
    else schedule(DEBOUNCE_MS);
  };
  const rewatch = async (): Promise<void> => {
    const identity = await identityOf(directory);
    if (closed || (identity !== undefined && identity === watched?.identity)) return;
    watched?.watcher.close();
    const watcher = identity === undefined ? undefined : tryWatch(directory, onEvent);
    watched = identity !== undefined && watcher ? { identity, watcher } : undefined;
  };
  const turn = async (): Promise<void> => {
    looking = true;
    again = false;
    await rewatch();
    if (!closed) await look();
    looking = false;
    schedule(again ? DEBOUNCE_MS : INTERVAL_MS);
  };

  void turn();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      watched?.watcher.close();
    },
  };
};
