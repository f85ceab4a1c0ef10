import type { BigIntStats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, invalidArgument, JanusError } from '../../core/errors.ts';
import type { ContainerConfig, Device } from '../../core/model/container.ts';
import type { PreparedDevice } from './devices.ts';
import { containerPath, hostPath } from './paths.ts';

/**
 * The device nodes of the request, and for a privileged container those of the host's /dev too; the request's come first and win
 * on a path. Errors: invalid-argument for a host path that is no device.
 */
export const prepareDevices = async (
  { devices, security }: Pick<ContainerConfig, 'devices' | 'security'>,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly PreparedDevice[]> => {
  const found: PreparedDevice[] = [];
  for (const device of devices) {
    signal.throwIfAborted();
    found.push(...(await requestedDevices(device)));
  }
  if (security.privileged) found.push(...(await devicesBelow({ from: '/dev', to: '/dev', access: 'rwm' })));
  return [...new Map([...found].reverse().map((device) => [device.path, device])).values()].reverse();
};

/** A directory stands for the devices in it; a link for what it points at. */
const requestedDevices = async (device: Device): Promise<readonly PreparedDevice[]> => {
  const access = device.permissions === '' ? 'rwm' : device.permissions;
  if (!/^[rwm]{1,3}$/.test(access))
    throw invalidArgument('devices.permissions', `${JSON.stringify(access)} is not made of rwm`);
  const from = await follow(hostPath(device.hostPath, 'devices.host_path'));
  const to = containerPath(
    device.containerPath === '' ? device.hostPath : device.containerPath,
    'devices.container_path',
  );
  const stats = await stat(from, { bigint: true });
  if (stats.isDirectory()) return devicesBelow({ from, to, access });
  const type = typeOf(stats);
  if (type === undefined) throw invalidArgument('devices.host_path', `${device.hostPath} is not a device`);
  return [toDevice(stats, { type, path: to, access })];
};

const follow = async (path: string): Promise<string> =>
  realpath(path).catch((error: unknown) => {
    throw new JanusError('invalid-argument', `devices.host_path: ${path}: ${errnoOf(error) ?? ''}`, { cause: error });
  });

interface Walk {
  readonly from: string;
  readonly to: string;
  readonly access: string;
}

// File systems of their own, which a container has its own of, and what other tools keep in /dev.
const SKIPPED_DIRECTORIES = ['pts', 'shm', 'fd', 'mqueue', '.lxc', '.lxd-mounts', '.udev'];

/** Links are not followed: each would show a device twice. */
const devicesBelow = async ({ from, to, access }: Walk): Promise<readonly PreparedDevice[]> => {
  const found: PreparedDevice[] = [];
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const walk = { from: join(from, entry.name), to: join(to, entry.name), access };
    if (entry.isDirectory() && !SKIPPED_DIRECTORIES.includes(entry.name)) found.push(...(await devicesBelow(walk)));
    if (entry.isCharacterDevice() || entry.isBlockDevice()) found.push(...(await deviceAt(walk)));
  }
  return found;
};

// Runtimes make the console and ptmx themselves; a device that is unplugged meanwhile is none.
const deviceAt = async ({ from, to, access }: Walk): Promise<readonly PreparedDevice[]> => {
  const stats = await lstat(from, { bigint: true }).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return undefined;
  });
  const type = stats === undefined ? undefined : typeOf(stats);
  return stats === undefined || type === undefined || RUNTIME_OWN.includes(to)
    ? []
    : [toDevice(stats, { type, path: to, access })];
};

const RUNTIME_OWN = ['/dev/console', '/dev/ptmx'];

const typeOf = (stats: BigIntStats): 'c' | 'b' | undefined => {
  if (stats.isCharacterDevice()) return 'c';
  return stats.isBlockDevice() ? 'b' : undefined;
};

const toDevice = (stats: BigIntStats, rest: Pick<PreparedDevice, 'type' | 'path' | 'access'>): PreparedDevice => ({
  ...rest,
  major: majorOf(stats.rdev),
  minor: minorOf(stats.rdev),
  fileMode: Number(stats.mode & 0o7777n),
  uid: Number(stats.uid),
  gid: Number(stats.gid),
});

/** makedev(3): the C library's split of a 64-bit device number. */
export const majorOf = (rdev: bigint): number => Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & ~0xfffn));
export const minorOf = (rdev: bigint): number => Number((rdev & 0xffn) | ((rdev >> 12n) & ~0xffn));
