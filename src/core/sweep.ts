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

/** No for nearly all, and told at once. */
const isSuspectContainer = (ctx: Context, record: ContainerRecord, { thorough }: SweepOptions): boolean => {
  const process = processOf(record);
  return isAbandoned(ctx, record) || (process !== undefined && (thorough || !ctx.host.mayRun(process)));
};

const isSuspectSandbox = (ctx: Context, record: SandboxRecord, { thorough }: SweepOptions): boolean => {
  const { state } = record;
  if (state.kind !== 'ready') return isAbandoned(ctx, record);
  return thorough || state.process === undefined || !ctx.host.mayRun(state.process);
};

const sweepContainer = async (ctx: Context, { id }: ContainerRecord): Promise<void> => {
  const ref = refOf(ctx, id);
  if (ref === undefined) return;
  if (isAbandoned(ctx, ref.container)) return takeDownContainer(ctx, ref, { signal: AbortSignal.timeout(DEADLINE_MS) });
  if (processOf(ref.container) !== undefined && !ctx.runtime.hasProcess(ref)) await settleGone(ctx, ref);
};

const sweepSandbox = async (ctx: Context, { id }: SandboxRecord): Promise<void> => {
  const sandbox = ctx.sandboxes.get(id);
  if (sandbox === undefined) return;
  if (isAbandoned(ctx, sandbox)) return takeDownSandbox(ctx, sandbox, { signal: AbortSignal.timeout(DEADLINE_MS) });
  if (sandbox.state.kind !== 'ready' || (await ctx.host.isAlive(sandbox))) return;
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
  const containers = ctx.containers.all().filter((container) => isSuspectContainer(ctx, container, options));
  const sandboxes = ctx.sandboxes.all().filter((sandbox) => isSuspectSandbox(ctx, sandbox, options));
  const failures = [
    ...(await forEach(containers, (container) => sweepContainer(ctx, container))),
    ...(await forEach(sandboxes, (sandbox) => sweepSandbox(ctx, sandbox))),
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
