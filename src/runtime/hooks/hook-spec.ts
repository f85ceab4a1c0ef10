import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { JanusError, messageOf } from '../../core/errors.ts';
import { firstProblem, HOOK_NAMES, type Hooks, hooksSchema } from './schema.ts';

const refused = (problem: string): JanusError => new JanusError('failed-precondition', `"hook-spec": ${problem}`);

const read = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    throw new JanusError('failed-precondition', `"hook-spec": ${path}: ${messageOf(cause)}`, { cause });
  }
};

/** A hook that cannot be run would fail every container: better to hear of it at the start. */
const checkPrograms = async (file: string, hooks: Hooks): Promise<void> => {
  for (const name of HOOK_NAMES)
    for (const [index, { path }] of (hooks[name] ?? []).entries())
      await access(path, constants.X_OK).catch(() => {
        throw refused(`${file}: ${name}[${index}].path: ${path} is no program that can be run`);
      });
};

/** The hooks of `hook-spec`, which every container gets: an OCI hooks object in a file. Empty path: none. */
export const readHookSpec = async (path: string): Promise<Hooks> => {
  if (path === '') return {};
  const { success, data, error } = hooksSchema.safeParse(await read(path));
  if (!success) throw refused(`${path}: ${firstProblem(error)}`);
  const hooks = data as Hooks;
  await checkPrograms(path, hooks);
  return hooks;
};
