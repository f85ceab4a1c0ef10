import { existsSync, statfsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname } from 'node:path';
import type { Config } from '../../config/config.ts';
import { errnoOf } from '../../core/errors.ts';
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

const user = (): Finding =>
  process.getuid?.() === 0
    ? ok('user', 'root')
    : error('user', 'not root: pods cannot be made, and not everything can be looked at', 'run this as root');

const listens = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

const socketOf = async (path: string): Promise<Finding> =>
  (await listens(path)) ? ok('socket', `${path}: a daemon answers`) : ok('socket', `${path} is free`);

const portProblem = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (failure) => resolve(errnoOf(failure) ?? 'cannot be listened on'));
    server.listen({ host, port }, () => server.close(() => resolve(undefined)));
  });

/** Ports that are taken by a daemon of ours are not held against it. */
const ports = async ({ streaming, metrics, sockets }: Config): Promise<readonly Finding[]> => {
  if ((await Promise.all(sockets.map(listens))).includes(true)) return [];
  const wanted = [
    { key: 'streaming-port', ...streaming },
    ...(metrics === undefined ? [] : [{ key: 'metrics-address', ...metrics }]),
  ];
  return Promise.all(
    wanted.map(async ({ key, address, port }) => {
      const problem = await portProblem(address, port);
      return problem === undefined
        ? ok(key, port === 0 ? `${address}, any free port` : `${address}:${port} is free`)
        : error(key, `${address}:${port}: ${problem}`, `end what listens there, or change "${key}"`);
    }),
  );
};

/** Who runs this, and where the daemon would listen and keep its data. */
export const checkPlaces = async (config: Config): Promise<readonly Finding[]> => [
  user(),
  room(config.graph),
  ...(await Promise.all(config.sockets.map(socketOf))),
  ...(await ports(config)),
];
