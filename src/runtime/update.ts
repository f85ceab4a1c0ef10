import { writeFile } from 'node:fs/promises';
import { JanusError } from '../core/errors.ts';
import type { LinuxResources } from '../core/model/resources.ts';
import type { ContainerRef } from '../core/ports/container-runtime.ts';
import { processOf } from '../core/process-of.ts';
import { run } from '../host/process.ts';
import { lastReason } from '../host/tool-log.ts';
import { scopeName } from './cgroups/paths.ts';
import type { ContainerEnvironment } from './container-environment.ts';
import { limitScope } from './sandbox/scope-limits.ts';
import type { OciResources } from './spec/oci.ts';
import { oomScoreAdj, resourcesToOci } from './spec/resources.ts';

/** `runtime update` with the new limits on its standard input; what is not set stays. */
export const updateResources = async (
  env: ContainerEnvironment,
  { container, sandbox }: ContainerRef,
  { resources, signal }: { resources: LinuxResources; signal: AbortSignal },
): Promise<void> => {
  const limits = resourcesToOci(resources, env.host, 'linux');
  const stdin = JSON.stringify(limits);
  const { exitCode, stderr } = await run(
    { ...env.runtimes.command(sandbox, ['update', '--resources', '-', container.id]), stdin },
    { signal },
  );
  if (exitCode !== 0)
    throw new JanusError(
      'internal',
      `the runtime could not update the container: ${lastReason(stderr.toString()).slice(0, 500)}`,
    );
  await tellSystemd(env, { container, sandbox }, { limits, signal });
  // No runtime updates this one.
  const main = processOf(container);
  if (resources.oomScoreAdj !== 0 && main !== undefined)
    await writeFile(`/proc/${main.pid}/oom_score_adj`, String(oomScoreAdj(resources.oomScoreAdj, env.host)));
};

/** On version 1 systemd knows these limits by other names, and the runtimes write the files themselves. */
export const tellSystemd = async (
  { cgroups }: ContainerEnvironment,
  { container, sandbox }: ContainerRef,
  { limits, signal }: { limits: OciResources; signal: AbortSignal },
): Promise<void> => {
  if (sandbox.cgroupDriver === 'systemd' && cgroups.version === 2)
    await limitScope(scopeName(container.id), limits, signal);
};
