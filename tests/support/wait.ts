import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `condition` gives something other than undefined or false; after `seconds` it fails, naming what was waited for. */
export const until = async <T>(
  what: string,
  condition: () => T | Promise<T>,
  seconds = 20,
): Promise<NonNullable<T>> => {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await delay(20);
  }
};
