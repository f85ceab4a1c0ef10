import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from './errors.ts';

const AT_ONCE = 8;

/** Runs `action` for each item, a few at a time, with room for other work in between. Failures are collected, not thrown. */
export const forEach = async <T extends { readonly id: string }>(
  items: readonly T[],
  action: (item: T) => Promise<void>,
): Promise<readonly string[]> => {
  const rest = items.values();
  const failures: string[] = [];
  const work = async (): Promise<void> => {
    for (const item of rest) {
      await action(item).catch((error: unknown) => failures.push(`${item.id}: ${messageOf(error)}`));
      await nextTurn();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failures;
};
