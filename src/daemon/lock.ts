import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JanusError } from '../core/errors.ts';
import { tryLock } from '../host/libc/files.ts';

/** Holds a file locked and writes the daemon's pid into it. The kernel lets go of it when the daemon dies, however it does. */
const hold = (path: string): number => {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'a+', 0o644);
  if (!tryLock(fd)) {
    closeSync(fd);
    throw new JanusError(
      'failed-precondition',
      `another daemon (pid ${readFileSync(path, 'utf8').trim()}) holds ${path}`,
    );
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`);
  return fd;
};

/** One daemon for one state, one graph and one pidfile. Released by the disposal, which removes the pidfile. */
export const lockDaemon = ({
  state,
  graph,
  pidfile,
}: {
  state: string;
  graph: string;
  pidfile: string;
}): Disposable => {
  const fds: number[] = [];
  const release = (): void => fds.splice(0).forEach((fd) => void closeSync(fd));
  try {
    for (const path of [join(state, 'lock'), join(graph, 'lock'), pidfile]) fds.push(hold(path));
  } catch (error) {
    release();
    throw error;
  }
  return {
    [Symbol.dispose]: () => {
      rmSync(pidfile, { force: true });
      release();
    },
  };
};
