import { JanusError } from '../../../src/core/errors.ts';

/** The path of the field that an error is about. */
export const refusedField = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof JanusError && error.kind === 'invalid-argument') return error.message.replace(/: .*/s, '');
    throw error;
  }
  return 'accepted';
};

/** A value that the enum does not have, as it can come over the wire. */
export const wire = <T>(value: number): T => value as T;
