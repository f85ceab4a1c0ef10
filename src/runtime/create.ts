import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, invalidArgument, JanusError, kindOf } from '../core/errors.ts';
import type { CommandFault } from '../core/model/container.ts';
import type { ContainerPlan, CreatedContainer, CreateStage } from '../core/ports/container-runtime.ts';
import type { Staged } from '../core/stages.ts';
import { makeDirectory } from '../host/files.ts';
import { identify } from '../host/process-identity.ts';
import { ociCgroupsPath } from './cgroups/paths.ts';
import { commandFault } from './command-fault.ts';
import { startConmon } from './conmon/conmon.ts';
import { logFault } from './conmon/log-file.ts';
import type { ContainerEnvironment } from './container-environment.ts';
import { type ContainerLayout, containerLayout, exitsDirectory } from './container-layout.ts';
import { imageMountPath } from './image-mounts.ts';
import { mapMounts } from './mapped-mounts.ts';
import { relabel } from './relabel.ts';
import { mountRootfs, openTo, type RootfsOwner } from './rootfs.ts';
import { rootOf, userNamespaceOf } from './sandbox/user-namespace.ts';
import { buildSpec } from './spec/build-spec.ts';
import { prepareSpec } from './spec/prepare-spec.ts';
import { resourcesToOci } from './spec/resources.ts';
import { selinuxFor } from './spec/security.ts';
import { tellSystemd } from './update.ts';
import { fillVolumes } from './volumes.ts';

/** The log's directory is the client's; a missing one is made, as the kubelet's own tools expect. */
const prepareLog = async ({ sandbox, container: { logPath } }: ContainerPlan): Promise<void> => {
  if (logPath === '') return;
  try {
    const fault = await logFault(sandbox.config.logDirectory, logPath);
    if (fault !== undefined) throw invalidArgument('config.log_path', fault);
    await makeDirectory(dirname(logPath), 0o755);
  } catch (cause) {
    if (cause instanceof JanusError || kindOf(cause) !== 'internal') throw cause;
    throw new JanusError(
      'invalid-argument',
      `config.log_path: ${dirname(logPath)} cannot be made: ${errnoOf(cause) ?? ''}`,
      { cause },
    );
  }
};

const writeSpec = async (
  env: ContainerEnvironment,
  plan: ContainerPlan,
  { layout, signal }: { layout: ContainerLayout; signal: AbortSignal },
) => {
  const { rootfs } = layout;
  const features = env.features(plan.sandbox.runtime);
  const prepared = await prepareSpec(plan, {
    rootfs,
    volumesDir: join(layout.layer, 'volumes'),
    // Id-mapped mounts are made here, whatever the runtime can do.
    features: { ...features, idMappedMounts: true },
    selinux: env.host.selinux,
    imagePath: imageMountPath({ images: env.images, directory: layout.mounts }),
    relabel: (path) => relabel(path, selinuxFor(plan.container.config.security, env.host)?.mount, signal),
    signal,
  });
  await fillVolumes(prepared.volumes, { rootfs, signal });
  const mounts = await mapMounts(prepared.mounts, {
    directory: layout.mounts,
    user: userNamespaceOf(plan.sandbox),
    usernsPath: plan.paths.userns,
  });
  const cgroupsPath = ociCgroupsPath(plan.sandbox, plan.container.id);
  const { umask, host, hooks } = env;
  const spec = buildSpec({ ...plan, ...prepared, mounts, rootfs, cgroupsPath, umask, host, hooks });
  const edited = await env.cdi.inject(spec, plan.container.config, features);
  writeFileSync(layout.spec, JSON.stringify(edited), { mode: 0o600 });
  return prepared.user;
};

const ownerOf = ({ sandbox, paths: { userns } }: ContainerPlan): RootfsOwner | undefined => {
  const user = userNamespaceOf(sandbox);
  return user === undefined || userns === undefined ? undefined : { usernsPath: userns, ...rootOf(user) };
};

/** Any refusal that is not for the command's sake fails the creation. */
const faultIn = (refusal: string): CommandFault => {
  const fault = commandFault(refusal);
  if (fault === undefined) throw new JanusError('internal', `the runtime could not create the container: ${refusal}`);
  return fault;
};

/** Everything up to the runtime's `create`. What a failure leaves is taken away by `remove`, which the caller has registered. */
export const createWithConmon = async (
  env: ContainerEnvironment,
  plan: ContainerPlan,
  { signal, stage }: Staged<CreateStage>,
): Promise<CreatedContainer> => {
  const layout = containerLayout(env.roots, plan.container.id);
  const owner = ownerOf(plan);
  env.expectMove();
  await stage?.('bundle');
  await makeDirectory(layout.bundle, 0o700);
  if (owner !== undefined) await openTo(layout.bundle, owner);
  await prepareLog(plan);
  await stage?.('rootfs');
  await mountRootfs(plan.image, layout, owner);
  await stage?.('spec');
  const { uid, gid, supplementalGroups } = await writeSpec(env, plan, { layout, signal });
  const monitored = { ref: plan, layout, exits: exitsDirectory(env.roots), runtime: env.runtimes.of(plan.sandbox) };
  const user = { uid, gid, supplementalGroups };
  await stage?.('monitor');
  const answer = await startConmon(monitored, { signal, stage });
  if ('refusal' in answer) return { kind: 'unrunnable', fault: faultIn(answer.refusal), user };
  const process = identify(answer.pid);
  if (process === undefined) throw new JanusError('internal', 'the container ended while it was created');
  const { resources } = plan.container;
  if (resources !== undefined)
    await tellSystemd(env, plan, { limits: resourcesToOci(resources, env.host, 'config.linux.resources'), signal });
  return { kind: 'created', process, user };
};
