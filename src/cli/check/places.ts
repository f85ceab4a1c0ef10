import { connect, createServer } from 'node:net';
import type { Config } from '../../config/config.ts';
import { errnoOf } from '../../core/errors.ts';
import { error, type Finding, ok } from './finding.ts';

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

/** Who runs this, and where the daemon would listen. */
export const checkPlaces = async (config: Config): Promise<readonly Finding[]> => [
  user(),
  ...(await Promise.all(config.sockets.map(socketOf))),
  ...(await ports(config)),
];
