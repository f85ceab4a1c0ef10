import { lstat, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JanusError } from '../../core/errors.ts';
import { run } from '../../host/process.ts';

/** A file that the container deleted from its image stands in its layer as a character device 0:0 (overlayfs.rst, "whiteouts and opaque directories"). */
const isWhiteout = async (path: string): Promise<boolean> => {
  const { rdev } = await lstat(path);
  return rdev === 0;
};

const whiteoutsBelow = async (layer: string, below = ''): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const entry of await readdir(join(layer, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (entry.isDirectory()) found.push(...(await whiteoutsBelow(layer, path)));
    else if (entry.isCharacterDevice() && (await isWhiteout(join(layer, path)))) found.push(path);
  }
  return found;
};

const MAX_REASON = 300;

/** Paths are relative to the directory and taken literally. */
export const tar = async (
  {
    archive,
    directory,
    names,
    without = [],
  }: {
    readonly archive: string;
    readonly directory: string;
    readonly names: readonly string[];
    readonly without?: readonly string[];
  },
  signal: AbortSignal,
): Promise<void> => {
  const excluded = without.map((path) => `--exclude=./${path}`);
  const options = ['--create', '--anchored', '--no-wildcards', ...excluded, '--sparse', '--file', archive];
  const args = [...options, '--directory', directory, '--', ...names];
  const { exitCode, stderr } = await run({ path: 'tar', args }, { signal });
  // 1: a file changed while it was read, as files of a container that runs do.
  if (exitCode > 1) throw new JanusError('internal', `tar: ${stderr.toString().trim().slice(-MAX_REASON)}`);
};

/** What the container changed of its image's files, in the two files of a checkpoint that say so. */
export const writeChangedFiles = async (layer: string, directory: string, signal: AbortSignal): Promise<void> => {
  const deleted = await whiteoutsBelow(layer);
  await writeFile(join(directory, 'deleted.files'), JSON.stringify(deleted.map((path) => `/${path}`)));
  await tar({ archive: join(directory, 'rootfs-diff.tar'), directory: layer, names: ['.'], without: deleted }, signal);
};
