import { readdir } from 'node:fs/promises';
import { errnoOf } from '../core/errors.ts';
import { containerId, isFullId, type ContainerId } from '../core/model/ids.ts';

/** Entries of a directory that are container ids; none if it is not there. */
export const idsIn = async (directory: string): Promise<readonly ContainerId[]> => {
  try {
    return (await readdir(directory)).filter(isFullId).map(containerId);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
};
