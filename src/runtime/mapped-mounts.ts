import { closeSync, openSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, invalidArgument, JanusError } from '../core/errors.ts';
import type { IdMapping, UserNamespace } from '../core/model/security.ts';
import { mountIdMapped } from '../host/libc/mounts.ts';
import type { PreparedMount } from './spec/prepare-mounts.ts';

export interface MappedMountsOptions {
  /** Directory for the mapped mounts: one entry each. */
  readonly directory: string;
  readonly user: UserNamespace | undefined;
  readonly usernsPath: string | undefined;
}

const same = (a: readonly IdMapping[], b: readonly IdMapping[]): boolean => JSON.stringify(a) === JSON.stringify(b);

const wantsMapping = ({ uidMappings, gidMappings }: PreparedMount): boolean =>
  uidMappings.length + gidMappings.length > 0;

const mapMount = async (
  mount: PreparedMount,
  { index, directory, user, usernsPath }: MappedMountsOptions & { index: number },
): Promise<PreparedMount> => {
  if (!wantsMapping(mount)) return mount;
  if (
    user === undefined ||
    usernsPath === undefined ||
    !same(mount.uidMappings, user.uids) ||
    !same(mount.gidMappings, user.gids)
  )
    throw invalidArgument(
      'config.mounts.uidMappings',
      `${mount.containerPath}: must be the mappings of the pod's user namespace`,
    );
  const target = join(directory, String(index));
  if ((await stat(mount.hostPath)).isDirectory()) await mkdir(target, { mode: 0o711 });
  else await writeFile(target, '', { mode: 0o600 });
  const userns = openSync(usernsPath, 'r');
  try {
    mountIdMapped({ source: mount.hostPath, target, userns, recursive: true, close: closeSync });
  } catch (cause) {
    throw new JanusError('failed-precondition', `${mount.hostPath} cannot be id-mapped: ${errnoOf(cause) ?? ''}`, {
      cause,
    });
  } finally {
    closeSync(userns);
  }
  return { ...mount, hostPath: target, uidMappings: [], gidMappings: [] };
};

/**
 * Does id-mapped mounts ourselves, so that they do not depend on the OCI runtime (runc before 1.2 has none): the container gets a
 * plain bind mount of the mapped one.
 */
export const mapMounts = async (
  mounts: readonly PreparedMount[],
  options: MappedMountsOptions,
): Promise<readonly PreparedMount[]> => {
  await mkdir(options.directory, { recursive: true, mode: 0o711 });
  const result: PreparedMount[] = [];
  for (const [index, mount] of mounts.entries()) result.push(await mapMount(mount, { ...options, index }));
  return result;
};
