import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { JanusError } from '../core/errors.ts';
import type { ContainerRef } from '../core/ports/container-runtime.ts';
import { run } from '../host/process.ts';
import { killCgroup, removeCgroup } from './cgroups/cgroup.ts';
import { conmonPid, killConmon } from './conmon/conmon.ts';
import { removeExitFile } from './conmon/exits.ts';
import { cgroupOf, type ContainerEnvironment } from './container-environment.ts';
import { containerLayout, exitsDirectory, type ContainerLayout } from './container-layout.ts';
import { releaseRootfs } from './rootfs.ts';

/** Both runtimes say so of a container that they do not have (any more). */
const ABSENT = /does not exist|no such file or directory/i;

const deleteFromRuntime = async (env: ContainerEnvironment, { container, sandbox }: ContainerRef, signal: AbortSignal): Promise<void> => {
  const { exitCode, stderr } = await run(env.runtimes.command(sandbox, ['delete', '--force', container.id]), { signal });
  const reason = stderr.toString().trim();
  if (exitCode !== 0 && !ABSENT.test(reason)) throw new JanusError('internal', `the runtime could not delete the container: ${reason.slice(-500)}`);
};

const CONMON_WAIT_MS = 2000;
const POLL_MS = 5;

/** conmon writes the exit file as its last work; it must be done before that file is removed. */
const awaitConmon = async (layout: ContainerLayout, id: string): Promise<void> => {
  const until = Date.now() + CONMON_WAIT_MS;
  while (conmonPid(layout, id) !== undefined && Date.now() < until) await delay(POLL_MS);
  killConmon(layout, id);
};

/** Deletes the container from the runtime and everything of it from the host. What is not there is no error; a failure leaves the rest to the next try. */
export const removeContainer = async (env: ContainerEnvironment, ref: ContainerRef, signal: AbortSignal): Promise<void> => {
  const { id } = ref.container;
  const layout = containerLayout(env.roots, id);
  await deleteFromRuntime(env, ref, signal);
  await killCgroup(env.cgroups, cgroupOf(env, ref));
  await removeCgroup(env.cgroups, cgroupOf(env, ref));
  await awaitConmon(layout, id);
  await releaseRootfs(layout);
  await rm(layout.bundle, { recursive: true, force: true });
  await removeExitFile(exitsDirectory(env.roots), id);
};
