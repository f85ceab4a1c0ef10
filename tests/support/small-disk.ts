import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './command.ts';

/** A disk of its own in the place of a directory, until the bed is disposed of. */
export const mountSmallDisk = (directory: string, { size, inodes }: { size: string; inodes: number }): void => {
  mkdirSync(directory, { recursive: true });
  mustRun('mount', '-t', 'tmpfs', '-o', `size=${size},nr_inodes=${inodes},mode=0700`, 'small-disk', directory);
};

const ballast = (disk: string): string => join(disk, 'ballast');

/** Takes every byte but `leaving`. */
export const takeSpace = (disk: string, leaving = 0): void => {
  mkdirSync(ballast(disk));
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(ballast(disk), '0'), Buffer.alloc(Math.max(0, bavail * bsize - leaving)));
};

/** Takes the last byte and the last inode. */
export const fill = (disk: string): void => {
  const { ffree } = statfsSync(disk);
  takeSpace(disk);
  for (let file = 2; file < ffree; file += 1) writeFileSync(join(ballast(disk), String(file)), '');
};

export const empty = (disk: string): void => rmSync(ballast(disk), { recursive: true, force: true });
