import { errnoOf } from '../../core/errors.ts';

/** For `catch`: an error with one of these codes is none. */
export const ignoring =
  (...codes: readonly string[]) =>
  (error: unknown): void => {
    if (!codes.includes(errnoOf(error) ?? '')) throw error;
  };
