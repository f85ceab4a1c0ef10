import { readFile, realpath, stat } from 'node:fs/promises';
import { errnoOf, invalidArgument, JanusError, kindOf } from '../../core/errors.ts';
import type { Mount } from '../../core/model/container.ts';
import type { IdMapping } from '../../core/model/security.ts';
import { makeDirectory } from '../../host/files.ts';
import { checkPropagation, type MountInfo, parseMountinfo } from './mountinfo.ts';
import { containerPath, hostPath } from './paths.ts';
import type { MountFeatures } from './runtime-features.ts';

/** A mount of the request, checked, with a source that exists and is no symbolic link. */
export interface PreparedMount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly: boolean;
  readonly recursiveReadOnly: boolean;
  readonly propagation: Mount['propagation'];
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
}

export interface PrepareMountsOptions {
  readonly features: MountFeatures;
  /** HostFacts.selinux. */
  readonly selinux: boolean;
  /** Where the files of an image mount are, sub-path resolved; absolute. */
  readonly imagePath: (mount: Mount) => Promise<string>;
  /** Gives the files of a host path the container's SELinux label. Called on SELinux hosts only. */
  readonly relabel: (path: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Checks every mount and makes the host ready for it: a missing host path becomes a directory, as with other engines; links are
 * followed. Of two mounts on one path the last stays. Errors: invalid-argument for a bad request, failed-precondition for
 * what host or runtime cannot do.
 */
export const prepareMounts = async (
  mounts: readonly Mount[],
  options: PrepareMountsOptions,
): Promise<readonly PreparedMount[]> => {
  const checked = mounts.map((mount) => ({ ...mount, containerPath: destination(mount) }));
  for (const mount of checked) checkMount(mount, options.features);
  const table = checked.some(({ propagation }) => propagation !== 'private') ? await mountTable() : [];
  const prepared: PreparedMount[] = [];
  for (const mount of lastOfEachPath(checked)) {
    options.signal.throwIfAborted();
    prepared.push(await prepareMount(mount, table, options));
  }
  return prepared;
};

/**
 * Read only for who asks for propagation: with 200 pods on the host the kernel takes 10 ms to write it. That of the thread which reads: the main thread
 * may be elsewhere at that moment.
 */
const mountTable = async (): Promise<readonly MountInfo[]> =>
  parseMountinfo(await readFile('/proc/thread-self/mountinfo', 'utf8'));

const lastOfEachPath = (mounts: readonly Mount[]): readonly Mount[] => [
  ...new Map(mounts.map((mount) => [mount.containerPath, mount])).values(),
];

const destination = (mount: Mount): string => {
  const path = containerPath(mount.containerPath, 'mounts.container_path');
  if (path === '/') throw invalidArgument('mounts.container_path', 'must not be the root');
  return path;
};

/** The request's own consistency, and whether the runtime can do it. */
export const checkMount = (mount: Mount, features: MountFeatures): void => {
  if (mount.image === undefined) hostPath(mount.hostPath, 'mounts.host_path');
  if (mount.recursiveReadOnly) checkRecursiveReadOnly(mount, features);
  if (mount.uidMappings.length + mount.gidMappings.length > 0 && !features.idMappedMounts) {
    throw new JanusError('failed-precondition', `${mount.hostPath}: the runtime does not support id-mapped mounts`);
  }
};

const checkRecursiveReadOnly = (mount: Mount, features: MountFeatures): void => {
  const field = 'mounts.recursive_read_only';
  if (!mount.readonly) throw invalidArgument(field, `${mount.hostPath} must be read-only too`);
  if (mount.propagation !== 'private') throw invalidArgument(field, `${mount.hostPath} needs private propagation`);
  if (features.recursiveReadOnlyMounts) return;
  // The kubelet knows this failure by its first word (cri-api, pkg/errors).
  throw new JanusError(
    'failed-precondition',
    `RROUnsupported: the runtime cannot mount ${mount.hostPath} read-only recursively`,
  );
};

const prepareMount = async (
  mount: Mount,
  table: readonly MountInfo[],
  options: PrepareMountsOptions,
): Promise<PreparedMount> => {
  const isImage = mount.image !== undefined;
  const source = isImage ? await options.imagePath(mount) : await sourceOf(mount.hostPath);
  if (!isImage) checkPropagation(source, mount.propagation, table);
  if (!isImage && mount.selinuxRelabel && options.selinux) await options.relabel(relabelled(source));
  const { containerPath: path, recursiveReadOnly, propagation, uidMappings, gidMappings } = mount;
  const readonly = isImage || mount.readonly;
  return { containerPath: path, hostPath: source, readonly, recursiveReadOnly, propagation, uidMappings, gidMappings };
};

/** Errors: invalid-argument for a path that can be neither followed nor made. */
const sourceOf = async (path: string): Promise<string> => {
  const normal = hostPath(path, 'mounts.host_path');
  try {
    await stat(normal).catch(async (error: unknown) => {
      if (errnoOf(error) !== 'ENOENT') throw error;
      await makeDirectory(normal, 0o755);
    });
    return await realpath(normal);
  } catch (error) {
    if (errnoOf(error) === undefined || kindOf(error) !== 'internal') throw error;
    throw new JanusError('invalid-argument', `mounts.host_path: ${normal}: ${errnoOf(error) ?? ''}`, { cause: error });
  }
};

// Relabelling one of these would lock the host's own services out of their files (CVE-2021-43816).
const SYSTEM = /^\/(bin|boot|dev|etc|home|lib\w*|proc|root|run|sbin|srv|sys|tmp|usr|var|var\/lib|var\/log)?$/;

const relabelled = (path: string): string => {
  if (SYSTEM.test(path)) throw invalidArgument('mounts.selinux_relabel', `${path} belongs to the host`);
  return path;
};
