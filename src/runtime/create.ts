import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, invalidArgument, JanusError } from '../core/errors.ts';
import type { Mount } from '../core/model/container.ts';
import type { ContainerPlan, CreatedContainer } from '../core/ports/container-runtime.ts';
import { identify } from '../host/process-identity.ts';
import { ociCgroupsPath } from './cgroups/paths.ts';
import { startConmon } from './conmon/conmon.ts';
import type { ContainerEnvironment } from './container-environment.ts';
import { containerLayout, exitsDirectory, type ContainerLayout } from './container-layout.ts';
import { mountRootfs } from './rootfs.ts';
import { buildSpec } from './spec/build-spec.ts';
import { prepareSpec } from './spec/prepare-spec.ts';
import { fillVolumes } from './volumes.ts';

/** The log's directory is the client's; a missing one is made, as the kubelet's own tools expect. */
const prepareLog = async (logPath: string): Promise<void> => {
  if (logPath === '') return;
  try {
    await mkdir(dirname(logPath), { recursive: true, mode: 0o755 });
  } catch (cause) {
    throw new JanusError('invalid-argument', `config.log_path: ${dirname(logPath)} cannot be made: ${errnoOf(cause) ?? ''}`, { cause });
  }
};

const imagePath = (env: ContainerEnvironment) => (mount: Mount): Promise<string> => {
  void env;
  return Promise.reject(invalidArgument('config.mounts.image', `${mount.containerPath}: image mounts are not supported`));
};

const writeSpec = async (env: ContainerEnvironment, plan: ContainerPlan, { layout, signal }: { layout: ContainerLayout; signal: AbortSignal }) => {
  const { rootfs } = layout;
  const prepared = await prepareSpec(plan, {
    rootfs,
    volumesDir: join(layout.layer, 'volumes'),
    features: env.features(plan.sandbox.runtime),
    selinux: env.host.selinux,
    imagePath: imagePath(env),
    relabel: () => Promise.reject(new JanusError('failed-precondition', 'relabelling host files for SELinux is not supported')),
    signal,
  });
  await fillVolumes(prepared.volumes, { rootfs, signal });
  const cgroupsPath = ociCgroupsPath(plan.sandbox, plan.container.id, env.cgroupParent);
  const spec = buildSpec({ ...plan, ...prepared, rootfs, cgroupsPath, umask: env.umask, host: env.host });
  await writeFile(layout.spec, JSON.stringify(spec), { mode: 0o600 });
  return prepared.user;
};

/** Everything up to the runtime's `create`. What a failure leaves is taken away by `remove`, which the caller has registered. */
export const createWithConmon = async (env: ContainerEnvironment, plan: ContainerPlan, signal: AbortSignal): Promise<CreatedContainer> => {
  const layout = containerLayout(env.roots, plan.container.id);
  await mkdir(layout.bundle, { recursive: true, mode: 0o700 });
  await Promise.all([mountRootfs(plan.image, layout), prepareLog(plan.container.logPath)]);
  const { uid, gid, supplementalGroups } = await writeSpec(env, plan, { layout, signal });
  const monitored = { ref: plan, layout, exits: exitsDirectory(env.roots), runtime: env.runtimes.of(plan.sandbox) };
  const process = identify(await startConmon(monitored, signal));
  if (process === undefined) throw new JanusError('internal', 'the container ended while it was created');
  return { process, user: { uid, gid, supplementalGroups } };
};
