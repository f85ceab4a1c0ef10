import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Registry, startRegistry } from '../contract/support/registry.ts';
import { type Bed, IMAGE } from './bed.ts';
import { mustRun } from './command.ts';

const OWN = 'docker.io/library/janus-own:latest';
const LAYER_BYTES = 8 * 1024 * 1024;

/** A registry with an image that has a layer of its own, and is not in the bed's store. */
export const registryWithOwnImage = async (bed: Bed): Promise<Registry> => {
  const store = ['--root', join(bed.graph, 'storage'), '--runroot', join(bed.state, 'storage')];
  const buildah = (...args: readonly string[]): string =>
    mustRun('buildah', ...store, '--storage-driver', 'overlay', ...args);
  const file = join(bed.directory, 'layer');
  writeFileSync(file, randomBytes(LAYER_BYTES));
  const container = buildah('from', IMAGE);
  buildah('copy', '-q', container, file, '/');
  buildah('commit', '-q', '--rm', container, OWN);
  const registry = await startRegistry(bed, OWN);
  buildah('rmi', OWN);
  return registry;
};

const HEX = /^[0-9a-f]{64}$/;

/** Layers in the store's directory that its index does not know, and the other way round. */
export const strayLayers = ({ graph }: Bed): readonly string[] => {
  const there = readdirSync(join(graph, 'storage/overlay')).filter((name) => HEX.test(name));
  const index = JSON.parse(readFileSync(join(graph, 'storage/overlay-layers/layers.json'), 'utf8')) as { id: string }[];
  const known = index.map(({ id }) => id);
  const left = there.filter((id) => !known.includes(id));
  return [...left, ...known.filter((id) => !there.includes(id))];
};
