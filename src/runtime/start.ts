import { JanusError } from '../core/errors.ts';
import type { ContainerRef } from '../core/ports/container-runtime.ts';
import { run } from '../host/process.ts';
import type { ContainerEnvironment } from './container-environment.ts';

/** Lets the created process run the container's command. */
export const startContainer = async (
  env: ContainerEnvironment,
  { container, sandbox }: ContainerRef,
  signal: AbortSignal,
): Promise<void> => {
  const { exitCode, stderr } = await run(env.runtimes.command(sandbox, ['start', container.id]), { signal });
  if (exitCode !== 0)
    throw new JanusError(
      'internal',
      `the runtime could not start the container: ${stderr.toString().trim().slice(-500)}`,
    );
};
