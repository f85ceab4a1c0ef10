import { statSync } from 'node:fs';
import { dirname } from 'node:path';

const deviceOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.dev;

/** The highest directory above a path, or the path itself, on the same file system. What is not there yet will be on its parent's. */
export const mountpointOf = (path: string): string => {
  const parent = dirname(path);
  const device = deviceOf(path);
  return parent !== path && (device === undefined || device === deviceOf(parent)) ? mountpointOf(parent) : path;
};
