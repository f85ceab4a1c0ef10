import type { Bed } from '../../tests/support/bed.ts';

/** A daemon that does not start leaves no bed behind. */
export const orDispose = async <T>(bed: Bed, starting: Promise<T>): Promise<T> => {
  try {
    return await starting;
  } catch (failure) {
    bed.dispose();
    throw failure;
  }
};
