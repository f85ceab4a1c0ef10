import { stat, statfs } from 'node:fs/promises';
import type { FilesystemUsage } from '../../core/model/image.ts';
import { majorOf, minorOf } from '../spec/prepare-devices.ts';
import { deviceName } from './detail.ts';
import type { LayerFigures } from './of-containers.ts';

/** Of the file system that holds the layer. */
export const readLayer = async (directory: string, usage: FilesystemUsage | undefined): Promise<LayerFigures> => {
  const [{ dev }, { blocks, bsize, files, ffree }] = await Promise.all([
    stat(directory, { bigint: true }),
    statfs(directory, { bigint: true }),
  ]);
  return {
    device: deviceName(String(majorOf(dev)), String(minorOf(dev))),
    usedBytes: usage === undefined ? undefined : BigInt(usage.usedBytes),
    limitBytes: blocks * bsize,
    inodes: files,
    inodesFree: ffree,
  };
};
