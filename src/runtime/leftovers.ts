import { readdir } from 'node:fs/promises';
import { errnoOf } from '../core/errors.ts';
import { isFullId } from '../core/model/ids.ts';

/** Entries of a directory that are ids; none if it is not there. */
export const idsIn = async (directory: string): Promise<readonly string[]> => {
  try {
    return (await readdir(directory)).filter(isFullId);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
};
