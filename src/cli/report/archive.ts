import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { messageOf } from '../../core/errors.ts';
import { run } from '../../host/process.ts';
import { CommandFailure } from '../failure.ts';

const DEADLINE_MS = 60_000;

/** Only its owner may read it; one that is there is not overwritten. */
const reserve = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    throw new CommandFailure(`${path} cannot be written: ${messageOf(error)}`);
  }
};

const pack = async (path: string, directory: string, name: string): Promise<void> => {
  const args = ['--create', '--gzip', '--owner=0', '--group=0', '--file', path, '--directory', directory, name];
  const { exitCode, stderr } = await run({ path: 'tar', args }, { signal: AbortSignal.timeout(DEADLINE_MS) });
  if (exitCode !== 0) throw new CommandFailure(`tar: ${stderr.toString().trim()}`);
};

/** Writes a .tar.gz of these files, by name, all in one directory that has the archive's name. */
export const writeArchive = async (path: string, files: Readonly<Record<string, string>>): Promise<void> => {
  reserve(path);
  const directory = mkdtempSync(join(tmpdir(), 'janus-bug-report-'));
  const name = basename(path).replace(/\.tar\.gz$|\.tgz$/, '');
  try {
    mkdirSync(join(directory, name));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, name, file), text);
    await pack(path, directory, name);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
