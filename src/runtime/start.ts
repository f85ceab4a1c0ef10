import { JanusError } from '../core/errors.ts';
import type { ContainerRef } from '../core/ports/container-runtime.ts';
import { run } from '../host/process.ts';
import { lastReason } from '../host/tool-log.ts';
import type { ContainerEnvironment } from './container-environment.ts';

const MAX_REASON = 500;

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
      `the runtime could not start the container: ${lastReason(stderr.toString()).slice(0, MAX_REASON)}`,
    );
};
