import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { dirname } from 'node:path';
import { errnoOf, JanusError } from '../core/errors.ts';

/** Of the group's name in /etc/group; the empty name is root's. */
export const groupId = (name: string): number => {
  if (name === '') return 0;
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const gid = Number(line?.split(':')[2]);
  if (!Number.isInteger(gid))
    throw new JanusError('failed-precondition', `group: there is no group ${JSON.stringify(name)} on this host`);
  return gid;
};

/** A socket that a dead daemon left. The caller holds the daemon's lock, so nobody listens there; anything but a socket is not ours to delete. */
const clearStale = (path: string): void => {
  try {
    if (!lstatSync(path).isSocket()) throw new JanusError('failed-precondition', `${path} exists and is not a socket`);
    rmSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
};

/** Clients that wait to be accepted; when there is no room for one more, the kernel refuses it (EAGAIN). At most net.core.somaxconn. */
const BACKLOG = 4096;

/** Listens on a unix socket which root and the group may use, and nobody else. */
export const listenOn = async (server: Server, { path, gid }: { path: string; gid: number }): Promise<void> => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  clearStale(path);
  // Until its mode is set nobody else may connect.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path, backlog: BACKLOG }, resolve);
    });
  } finally {
    process.umask(mask);
  }
  chownSync(path, 0, gid);
  chmodSync(path, 0o660);
};
