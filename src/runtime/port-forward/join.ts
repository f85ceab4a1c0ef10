import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Carries bytes both ways; each direction ends by itself. When one fails, or the signal aborts, both are torn down. */
export const join = async (one: Duplex, other: Duplex, { signal }: { signal: AbortSignal }): Promise<void> => {
  try {
    await Promise.all([pipeline(one, other, { signal }), pipeline(other, one, { signal })]);
  } finally {
    one.destroy();
    other.destroy();
  }
};
