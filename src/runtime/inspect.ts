import type { ContainerRef, RuntimeState } from '../core/ports/container-runtime.ts';
import { run } from '../host/process.ts';
import { identify } from '../host/process-identity.ts';
import type { ContainerEnvironment } from './container-environment.ts';

const DEADLINE_MS = 20_000;

/** `runtime state`: asked at recovery only. */
export const inspect = async (
  env: ContainerEnvironment,
  { container, sandbox }: ContainerRef,
): Promise<RuntimeState> => {
  const { exitCode, stdout } = await run(env.runtimes.command(sandbox, ['state', container.id]), {
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  if (exitCode !== 0) return { kind: 'absent' };
  const { status, pid } = JSON.parse(stdout.toString()) as { status?: string; pid?: number };
  const process = pid === undefined || pid <= 0 ? undefined : identify(pid);
  if ((status === 'created' || status === 'running') && process !== undefined) return { kind: status, process };
  return { kind: 'stopped' };
};
