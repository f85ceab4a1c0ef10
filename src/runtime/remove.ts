import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerId } from '../core/model/ids.ts';
import type { ContainerRef, RemoveStage } from '../core/ports/container-runtime.ts';
import type { Staged } from '../core/stages.ts';
import { findCgroups } from './cgroups/find.ts';
import { killCgroup, removeCgroup } from './cgroups/take-down.ts';
import { conmonPid, killConmon } from './conmon/conmon.ts';
import { removeExitFile } from './conmon/exits.ts';
import { type ContainerEnvironment, cgroupOf } from './container-environment.ts';
import { type ContainerLayout, containerLayout, exitsDirectory } from './container-layout.ts';
import { deleteFromRuntime } from './delete.ts';
import { endMaking } from './end-making.ts';
import { releaseRootfs } from './rootfs.ts';

const CONMON_WAIT_MS = 2000;
const POLL_MS = 5;

/** conmon writes the exit file as its last work; it must be done before that file is removed. */
const awaitConmon = async (layout: ContainerLayout, id: string): Promise<void> => {
  const until = Date.now() + CONMON_WAIT_MS;
  while (conmonPid(layout, id) !== undefined && Date.now() < until) await delay(POLL_MS);
  killConmon(layout, id);
};

/** Deletes the container from the runtime and everything of it from the host. What is not there is no error; a failure leaves the rest to the next try. */
export const removeContainer = async (
  env: ContainerEnvironment,
  ref: ContainerRef,
  { signal, stage }: Staged<RemoveStage>,
): Promise<void> => {
  const { id, state } = ref.container;
  if (state.kind === 'creating') await endMaking(containerLayout(env.roots, id).bundle, { signal });
  await stage?.('runtime');
  await deleteFromRuntime(env.runtimes.command(ref.sandbox, deleteArgs(id)), { signal });
  await releaseHost(env, id, { cgroup: cgroupOf(ref), stage });
};

/** As removeContainer, of a container that has no record: its runtime and its cgroup have to be found. */
export const removeLeftover = async (
  env: ContainerEnvironment,
  id: ContainerId,
  signal: AbortSignal,
): Promise<void> => {
  await endMaking(containerLayout(env.roots, id).bundle, { signal });
  const cgroup = findCgroups(env.cgroups, [id]).get(id);
  for (const command of env.runtimes.commands(deleteArgs(id))) await deleteFromRuntime(command, { signal });
  await releaseHost(env, id, { cgroup });
};

const deleteArgs = (id: ContainerId): readonly string[] => ['delete', '--force', id];

interface Release {
  readonly cgroup: string | undefined;
  readonly stage?: Staged<RemoveStage>['stage'];
}

const releaseHost = async (env: ContainerEnvironment, id: ContainerId, { cgroup, stage }: Release): Promise<void> => {
  const layout = containerLayout(env.roots, id);
  await stage?.('container-cgroup');
  if (cgroup !== undefined) {
    await killCgroup(env.cgroups, cgroup);
    await removeCgroup(env.cgroups, cgroup);
  }
  await awaitConmon(layout, id);
  await stage?.('rootfs');
  await releaseRootfs(layout);
  await stage?.('bundle');
  await rm(layout.bundle, { recursive: true, force: true });
  await removeExitFile(exitsDirectory(env.roots), id);
};
