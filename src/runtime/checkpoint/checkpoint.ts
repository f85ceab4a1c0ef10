import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, invalidArgument, JanusError } from '../../core/errors.ts';
import type { ContainerRef } from '../../core/ports/container-runtime.ts';
import { run } from '../../host/process.ts';
import { lastReason } from '../../host/tool-log.ts';
import type { ContainerEnvironment } from '../container-environment.ts';
import { containerLayout } from '../container-layout.ts';
import { tar, writeChangedFiles } from './changed-files.ts';
import { describe } from './describe.ts';
import { requireCriu } from './support.ts';

const checkLocation = async (location: string): Promise<void> => {
  const parent = await stat(dirname(location)).catch((error: unknown) => {
    throw invalidArgument('location', `${dirname(location)}: ${errnoOf(error) ?? ''}`);
  });
  if (!parent.isDirectory()) throw invalidArgument('location', `${dirname(location)} is no directory`);
  const there = await stat(location).catch(() => undefined);
  if (there?.isDirectory() === true) throw invalidArgument('location', `${location} is a directory`);
};

const THAW_MS = 20_000;

/** A criu that is killed leaves the cgroup frozen. A container that is not paused says so: no harm. */
const thaw = async (env: ContainerEnvironment, { container, sandbox }: ContainerRef): Promise<void> => {
  const command = env.runtimes.command(sandbox, ['resume', container.id]);
  await run(command, { signal: AbortSignal.timeout(THAW_MS) }).catch(() => undefined);
};

/** criu's own images go into `checkpoint/`, its log and figures beside it. Open connections and locked files are taken as they are. */
const dump = async (
  env: ContainerEnvironment,
  { container, sandbox }: ContainerRef,
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
): Promise<void> => {
  const where = ['--image-path', join(directory, 'checkpoint'), '--work-path', directory];
  const how = ['--leave-running', '--tcp-established', '--file-locks'];
  const command = env.runtimes.command(sandbox, ['checkpoint', ...where, ...how, container.id]);
  const { exitCode, stderr } = await run(command, { signal });
  if (exitCode !== 0)
    throw new JanusError(
      'internal',
      `the runtime could not checkpoint the container: ${lastReason(stderr.toString()).slice(0, 500)}`,
    );
};

/** The archive appears whole or not at all; what memory held is for root only. */
const pack = async (directory: string, location: string, signal: AbortSignal): Promise<void> => {
  const unfinished = `${location}.unfinished`;
  try {
    await tar({ archive: unfinished, directory, names: await readdir(directory) }, signal);
    await chmod(unfinished, 0o600);
    await rename(unfinished, location);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
};

/**
 * Writes a checkpoint of a container that goes on running, as a tar archive laid out as those of CRI-O, containerd and podman. Errors:
 * failed-precondition where criu is missing or does not work with this kernel.
 */
export const checkpoint = async (
  env: ContainerEnvironment,
  ref: ContainerRef,
  { location, signal }: { readonly location: string; readonly signal: AbortSignal },
): Promise<void> => {
  await checkLocation(location);
  await requireCriu(signal);
  const layout = containerLayout(env.roots, ref.container.id);
  await mkdir(join(env.roots.graph, 'checkpoints'), { recursive: true, mode: 0o700 });
  const directory = await mkdtemp(join(env.roots.graph, 'checkpoints', 'c-'));
  try {
    await mkdir(join(directory, 'checkpoint'));
    await dump(env, ref, { directory, signal });
    await describe(ref, directory, layout.spec);
    await writeChangedFiles(join(layout.layer, 'upper'), directory, signal);
    await pack(directory, location, signal);
  } catch (error) {
    await thaw(env, ref);
    throw error;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
