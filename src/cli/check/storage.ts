import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { errnoOf, messageOf } from '../../core/errors.ts';
import { error, type Finding, ok, warning } from './finding.ts';

const nearest = (path: string): string => (existsSync(path) ? path : nearest(dirname(path)));
const GIB = 1024 ** 3;
const LITTLE_GIB = 5;

const room = (graph: string): Finding => {
  const { bavail, bsize } = statfsSync(nearest(graph));
  const free = (bavail * bsize) / GIB;
  const found = `${free.toFixed(1)} GiB free for ${graph}`;
  return free < LITTLE_GIB
    ? warning('disk', found, 'make room, or set "graph" to a larger file system')
    : ok('disk', found);
};

const directory = (key: 'graph' | 'state', path: string): Finding => {
  const there = nearest(path);
  if (!statSync(there).isDirectory())
    return error(key, `${there} is no directory`, `move it away, or set "${key}" to another place`);
  try {
    accessSync(there, constants.W_OK | constants.X_OK);
    return ok(key, path);
  } catch (failure) {
    return error(key, `${there} cannot be written to: ${errnoOf(failure)}`, `set "${key}" to a writable file system`);
  }
};

const INDEXES = ['overlay-images/images.json', 'overlay-layers/layers.json'];

/** What is wrong with an index of the store; none when there is no store yet. */
const broken = (path: string): readonly Finding[] => {
  try {
    if (Array.isArray(JSON.parse(readFileSync(path, 'utf8')))) return [];
    throw new Error('is no list');
  } catch (failure) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(failure) ?? '')) return [];
    const advice = `no image can be pulled or run: drain the node, move ${dirname(dirname(path))} away, and let it pull anew`;
    return [error('images', `${path} cannot be read: ${messageOf(failure)}`, advice)];
  }
};

const images = (graph: string): readonly Finding[] => {
  const store = join(graph, 'storage');
  const problems = INDEXES.flatMap((index) => broken(join(store, index)));
  return problems.length > 0 ? problems : [ok('images', existsSync(store) ? `${store} can be read` : 'no store yet')];
};

/** Where the daemon keeps its data, and whether the image store is whole. */
export const checkStorage = ({ graph, state }: Pick<Config, 'graph' | 'state'>): readonly Finding[] => [
  directory('graph', graph),
  directory('state', state),
  room(graph),
  ...images(graph),
];
