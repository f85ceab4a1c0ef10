import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { JanusError } from '../core/errors.ts';
import { isPluginType } from './names.ts';

const isProgram = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
};

/** Path of a plugin in the first directory that has it; "failed-precondition" if none has. */
export const findPlugin = async (type: string, binDirs: readonly string[]): Promise<string> => {
  if (!isPluginType(type))
    throw new JanusError('failed-precondition', `CNI plugin ${JSON.stringify(type)} is not a plain file name`);
  for (const directory of binDirs) {
    const path = join(directory, type);
    if (await isProgram(path)) return path;
  }
  throw new JanusError('failed-precondition', `CNI plugin ${JSON.stringify(type)} is not in ${binDirs.join(' or ')}`);
};
