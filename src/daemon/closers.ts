import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/ports/logger.ts';

/** What has to be closed at the end, the last opened first. */
export interface Closers {
  add(name: string, close: () => Promise<void> | void): void;
  closeAll(logger: Logger): Promise<void>;
}

export const createClosers = (): Closers => {
  const closers: { name: string; close: () => Promise<void> | void }[] = [];
  return {
    add: (name, close) => void closers.push({ name, close }),
    closeAll: async (logger) => {
      for (const { name, close } of closers.splice(0).reverse()) {
        try {
          await close();
        } catch (error) {
          logger.warn('could not be closed', { part: name, error: messageOf(error) });
        }
      }
    },
  };
};
