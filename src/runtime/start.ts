import { readFileSync } from 'node:fs';
import { JanusError } from '../core/errors.ts';
import type { ContainerRef } from '../core/ports/container-runtime.ts';
import { processOf } from '../core/process-of.ts';
import { run } from '../host/process.ts';
import { lastReason } from '../host/tool-log.ts';
import type { ContainerEnvironment } from './container-environment.ts';
import { containerLayout } from './container-layout.ts';
import { openStartFifo } from './start-fifo.ts';

const MAX_REASON = 500;

/** A hook that has to be run once the container has started is the runtime's to run. A word in another place, or a spec that is gone, only costs the short way. */
const mayHavePoststart = (spec: string): boolean => {
  try {
    return readFileSync(spec, 'utf8').includes('"poststart"');
  } catch {
    return true;
  }
};

const startByFifo = async (
  env: ContainerEnvironment,
  { container, sandbox }: ContainerRef,
  signal: AbortSignal,
): Promise<boolean> => {
  const fifo = env.runtimes.startFifo(sandbox, container.id);
  const process = processOf(container);
  if (fifo === undefined || process === undefined) return false;
  if (mayHavePoststart(containerLayout(env.roots, container.id).spec)) return false;
  return openStartFifo(fifo, process, { signal });
};

/** Lets the created process run the container's command. */
export const startContainer = async (
  env: ContainerEnvironment,
  ref: ContainerRef,
  signal: AbortSignal,
): Promise<void> => {
  if (await startByFifo(env, ref, signal)) return;
  const { exitCode, stderr } = await run(env.runtimes.command(ref.sandbox, ['start', ref.container.id]), { signal });
  if (exitCode !== 0)
    throw new JanusError(
      'internal',
      `the runtime could not start the container: ${lastReason(stderr.toString()).slice(0, MAX_REASON)}`,
    );
};
