import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { JanusError } from '../core/errors.ts';
import { isPluginType } from './names.ts';

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** Path of a plugin in the first directory that has it; "failed-precondition" if none has. */
export const findPlugin = (type: string, binDirs: readonly string[]): string => {
  if (!isPluginType(type))
    throw new JanusError('failed-precondition', `CNI plugin ${JSON.stringify(type)} is not a plain file name`);
  for (const directory of binDirs) {
    const path = join(directory, type);
    if (isProgram(path)) return path;
  }
  throw new JanusError('failed-precondition', `CNI plugin ${JSON.stringify(type)} is not in ${binDirs.join(' or ')}`);
};
