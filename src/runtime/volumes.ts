import { lstat } from 'node:fs/promises';
import { JanusError } from '../core/errors.ts';
import { makeDirectory } from '../host/files.ts';
import { run } from '../host/process.ts';
import { resolveInRootfs } from './spec/rootfs-files.ts';
import type { ImageVolume } from './spec/volumes.ts';

/**
 * Fills the directories that stand for the image's VOLUMEs with what the image has there, owners and modes kept. The path is followed inside the
 * root file system only: a link in an image never reaches the host (CVE-2022-23648).
 */
export const fillVolumes = async (
  volumes: readonly ImageVolume[],
  { rootfs, signal }: { rootfs: string; signal: AbortSignal },
): Promise<void> => {
  for (const volume of volumes) await fillVolume(volume, { rootfs, signal });
};

const fillVolume = async (
  { containerPath, hostPath }: ImageVolume,
  { rootfs, signal }: { rootfs: string; signal: AbortSignal },
): Promise<void> => {
  await makeDirectory(hostPath, 0o755);
  const source = await resolveInRootfs(rootfs, containerPath);
  const isDirectory = source !== undefined && (await lstat(source).catch(() => undefined))?.isDirectory() === true;
  if (isDirectory) await copy(`${source}/.`, hostPath, signal);
};

/** Its messages are read. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

const copy = async (source: string, target: string, signal: AbortSignal): Promise<void> => {
  const { exitCode, stderr } = await run(
    { path: 'cp', args: ['-a', '--', source, target], env: ENVIRONMENT },
    { signal },
  );
  if (exitCode === 0) return;
  const reason = stderr.toString().trim().slice(-500);
  throw new JanusError(
    /No space left/.test(reason) ? 'resource-exhausted' : 'internal',
    `an image volume cannot be filled: ${reason}`,
  );
};
