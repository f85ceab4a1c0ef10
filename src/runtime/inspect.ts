import type { ProcessIdentity } from '../core/model/sandbox.ts';
import type { ContainerRef, RuntimeState } from '../core/ports/container-runtime.ts';
import { run } from '../host/process.ts';
import { identify } from '../host/process-identity.ts';
import type { ContainerEnvironment } from './container-environment.ts';
import { waitsForStart } from './start-fifo.ts';

const DEADLINE_MS = 20_000;

/** runc takes a container for created while its fifo is there: for ever, if a daemon was killed between opening and removing it. */
const hasStarted = (env: ContainerEnvironment, ref: ContainerRef, process: ProcessIdentity): boolean =>
  env.runtimes.startFifo(ref.sandbox, ref.container.id) !== undefined && !waitsForStart(process);

/** `runtime state`: asked at recovery only. */
export const inspect = async (env: ContainerEnvironment, ref: ContainerRef): Promise<RuntimeState> => {
  const { container, sandbox } = ref;
  const { exitCode, stdout } = await run(env.runtimes.command(sandbox, ['state', container.id]), {
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  if (exitCode !== 0) return { kind: 'absent' };
  const { status, pid } = JSON.parse(stdout.toString()) as { status?: string; pid?: number };
  const process = pid === undefined || pid <= 0 ? undefined : identify(pid);
  if (process === undefined || (status !== 'created' && status !== 'running')) return { kind: 'stopped' };
  return { kind: hasStarted(env, ref, process) ? 'running' : status, process };
};
