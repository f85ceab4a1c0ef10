import { writeFile } from 'node:fs/promises';
import { JanusError } from '../core/errors.ts';
import type { LinuxResources } from '../core/model/resources.ts';
import type { ContainerRef } from '../core/ports/container-runtime.ts';
import { processOf } from '../core/process-of.ts';
import { run } from '../host/process.ts';
import { lastReason } from '../host/tool-log.ts';
import type { ContainerEnvironment } from './container-environment.ts';
import { oomScoreAdj, resourcesToOci } from './spec/resources.ts';

/** `runtime update` with the new limits on its standard input; what is not set stays. */
export const updateResources = async (
  env: ContainerEnvironment,
  { container, sandbox }: ContainerRef,
  { resources, signal }: { resources: LinuxResources; signal: AbortSignal },
): Promise<void> => {
  const stdin = JSON.stringify(resourcesToOci(resources, env.host, 'linux'));
  const { exitCode, stderr } = await run(
    { ...env.runtimes.command(sandbox, ['update', '--resources', '-', container.id]), stdin },
    { signal },
  );
  if (exitCode !== 0)
    throw new JanusError(
      'internal',
      `the runtime could not update the container: ${lastReason(stderr.toString()).slice(0, 500)}`,
    );
  // No runtime updates this one.
  const main = processOf(container);
  if (resources.oomScoreAdj !== 0 && main !== undefined)
    await writeFile(`/proc/${main.pid}/oom_score_adj`, String(oomScoreAdj(resources.oomScoreAdj, env.host)));
};
