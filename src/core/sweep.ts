import type { Context } from './context.ts';
import { forEach } from './each.ts';
import { refOf, settleGone } from './exits.ts';
import type { ContainerRecord } from './model/container.ts';
import type { SandboxRecord } from './model/sandbox.ts';
import { processOf } from './process-of.ts';
import { takeDownContainer, takeDownSandbox } from './take-down.ts';
import { markStopped } from './verbs/stop-pod-sandbox.ts';

const INTERVAL_MS = 10_000;
/** One sweep in so many makes sure of everything; the others look only whether the pids are there. */
const THOROUGH_EVERY = 6;
const DEADLINE_MS = 60_000;

/** Half-made, and no verb works on it any more: its undoing failed. */
const isAbandoned = (ctx: Context, { id, state }: ContainerRecord | SandboxRecord): boolean =>
  state.kind === 'creating' && !ctx.operations.list().some((operation) => operation.id === id);

/** `thorough`: also finds a pid that is another process' by now, and namespaces that were removed. */
interface SweepOptions {
  readonly thorough: boolean;
}

const sweepContainer = async (ctx: Context, { id }: ContainerRecord, { thorough }: SweepOptions): Promise<void> => {
  const ref = refOf(ctx, id);
  if (ref === undefined) return;
  if (isAbandoned(ctx, ref.container)) return takeDownContainer(ctx, ref, { signal: AbortSignal.timeout(DEADLINE_MS) });
  const process = processOf(ref.container);
  if (process === undefined || (!thorough && ctx.host.mayRun(process))) return;
  if (!ctx.runtime.hasProcess(ref)) await settleGone(ctx, ref);
};

const sweepSandbox = async (ctx: Context, { id }: SandboxRecord, { thorough }: SweepOptions): Promise<void> => {
  const sandbox = ctx.sandboxes.get(id);
  if (sandbox === undefined) return;
  if (isAbandoned(ctx, sandbox)) return takeDownSandbox(ctx, sandbox, { signal: AbortSignal.timeout(DEADLINE_MS) });
  const { state } = sandbox;
  if (state.kind !== 'ready') return;
  if (!thorough && state.process !== undefined && ctx.host.mayRun(state.process)) return;
  if (await ctx.host.isAlive(sandbox)) return;
  using _lock = await ctx.locks.acquire(id);
  const current = ctx.sandboxes.get(id);
  if (current?.state.kind === 'ready')
    await markStopped(ctx, current, 'its process ended, or its namespaces were removed');
};

/**
 * Finds what nobody tells: a container whose monitor was killed with it, a pod whose process is gone, and what a verb could neither finish nor take
 * back. Such a pod is not ready from then on, and the client replaces it.
 */
export const sweep = async (ctx: Context, options: SweepOptions = { thorough: true }): Promise<void> => {
  const failures = [
    ...(await forEach(ctx.containers.all(), (container) => sweepContainer(ctx, container, options))),
    ...(await forEach(ctx.sandboxes.all(), (sandbox) => sweepSandbox(ctx, sandbox, options))),
  ];
  for (const failure of failures) ctx.logger.warn('tried in vain, and will be again', { failure });
};

/** Sweeps at this interval, one sweep at a time, until it is disposed of. */
export const startSweeping = (ctx: Context, intervalMs = INTERVAL_MS): Disposable => {
  let underway = false;
  let sweeps = 0;
  const timer = setInterval(() => {
    if (underway) return;
    underway = true;
    sweeps += 1;
    void sweep(ctx, { thorough: sweeps % THOROUGH_EVERY === 0 }).finally(() => (underway = false));
  }, intervalMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
};
