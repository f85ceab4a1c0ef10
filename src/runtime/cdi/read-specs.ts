import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errnoOf, messageOf } from '../../core/errors.ts';
import { firstProblem } from '../hooks/schema.ts';
import { type CdiSpec, cdiSpecSchema } from './schema.ts';
import { versionProblem } from './versions.ts';

export interface FoundSpec {
  readonly path: string;
  /** Place of its directory among the configured ones: the later ones go first. */
  readonly priority: number;
  readonly spec: CdiSpec;
}

export interface FoundSpecs {
  readonly specs: readonly FoundSpec[];
  /** Files that cannot be used, one line each: they do not keep the others from being used. */
  readonly problems: readonly string[];
}

const EXTENSIONS = ['.json', '.yaml'];

/** No longer than any specification, which holds some lines for each device. */
const MAX_BYTES = 4 * 1024 * 1024;

/** YAML as the tools that write these files read it: version 1.1, in which 0666 is octal. Few hosts have such files: its reader is loaded for them. */
const parse = async (text: string, extension: string): Promise<unknown> => {
  if (extension === '.json') return JSON.parse(text) as unknown;
  const yaml = await import('yaml');
  return yaml.parse(text, { version: '1.1', maxAliasCount: 100 }) as unknown;
};

const readSpec = async (path: string): Promise<CdiSpec> => {
  const text = await readFile(path, 'utf8');
  if (text.length > MAX_BYTES) throw new Error(`is longer than ${MAX_BYTES} bytes`);
  const { success, data, error } = cdiSpecSchema.safeParse(await parse(text, extname(path)));
  if (!success) throw new Error(firstProblem(error));
  const problem = versionProblem(data);
  if (problem !== undefined) throw new Error(problem);
  return data;
};

const filesIn = async (directory: string): Promise<readonly string[]> => {
  try {
    const names = await readdir(directory);
    return names.filter((name) => EXTENSIONS.includes(extname(name))).map((name) => join(directory, name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
};

/** All specifications of the directories. Read anew for each container: device plugins write and replace them as they like. */
export const readSpecs = async (directories: readonly string[]): Promise<FoundSpecs> => {
  const specs: FoundSpec[] = [];
  const problems: string[] = [];
  for (const [priority, directory] of directories.entries())
    for (const path of (await filesIn(directory)).toSorted())
      try {
        specs.push({ path, priority, spec: await readSpec(path) });
      } catch (error) {
        problems.push(`${path}: ${messageOf(error)}`);
      }
  return { specs, problems };
};
