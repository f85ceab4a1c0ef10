import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../../support/command.ts';
import { dist, repository } from '../../support/paths.ts';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>>;
}

/** What a daemon needs of node_modules. An optional package may be for another platform. */
const modules = (): readonly string[] => {
  const lock = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')) as Lock;
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path]) => path);
};

const copy = (from: string, to: string): void => {
  try {
    cpSync(from, to, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
};

/** Janus as it is installed, and the agent, on a disk of their own which the machine mounts on /opt/janus. */
export const makePayload = (directory: string): string => {
  const root = join(directory, 'janus');
  const disk = join(directory, 'janus.ext4');
  mkdirSync(root);
  for (const path of ['bin', 'package.json', 'packaging', ...modules()]) copy(join(repository, path), join(root, path));
  copy(dist, join(root, 'dist'));
  copy(join(repository, 'tests/vm/agent.mjs'), join(root, 'agent.mjs'));
  mustRun('/sbin/mke2fs', '-q', '-t', 'ext4', '-d', root, disk, '128M');
  rmSync(root, { recursive: true });
  return disk;
};
