import type { Context } from '../context.ts';
import { JanusError, messageOf } from '../errors.ts';
import { refOf, settleGone, unknownExit, unrunnableExit } from '../exits.ts';
import type { ContainerId } from '../model/ids.ts';
import type { ContainerRef } from '../ports/container-runtime.ts';
import { processOf } from '../process-of.ts';
import { endContainer } from '../transitions.ts';

/** After SIGKILL a process is gone at once, unless the kernel itself is stuck. */
const KILL_WAIT_MS = 60_000;
/** How long after its process an exit may come: its monitor still reads the output. */
const MONITOR_WAIT_MS = 5_000;
const POLL_MS = 250;

/** A stop under way: a later one with less patience shortens it. Times are of the clock that nobody sets back. */
export interface Stopping {
  deadlineMs: number;
  readonly done: Promise<void>;
}

/** Idempotent: a container that does not run, or does not exist, is no error (CRI, StopContainer). */
export const stopContainer = async (ctx: Context, id: string, graceSeconds: number): Promise<void> => {
  const found = ctx.containers.find(id);
  if (found === undefined) return;
  await ctx.operations.run('StopContainer', found.id, () => stopAlive(ctx, found.id, graceSeconds));
};

/** The stop signal, then SIGKILL when `graceSeconds` have passed. Stops of one container join; the shortest patience wins. */
export const stopAlive = (ctx: Context, id: ContainerId, graceSeconds: number): Promise<void> => {
  const deadlineMs = performance.now() + graceSeconds * 1000;
  const other = ctx.stopping.get(id);
  if (other !== undefined) {
    other.deadlineMs = Math.min(other.deadlineMs, deadlineMs);
    ctx.waiters.notify(id);
    return other.done;
  }
  const patience = { deadlineMs };
  const done = stop(ctx, id, patience).finally(() => ctx.stopping.delete(id));
  ctx.stopping.set(id, Object.assign(patience, { done }));
  return done;
};

const isAlive = (ctx: Context, id: ContainerId): boolean => {
  const container = ctx.containers.get(id);
  return container !== undefined && processOf(container) !== undefined;
};

const stop = async (ctx: Context, id: ContainerId, patience: Pick<Stopping, 'deadlineMs'>): Promise<void> => {
  const ref = refOf(ctx, id);
  if (ref?.container.state.kind === 'unrunnable')
    return endContainer(ctx, id, unrunnableExit(ref.container.state.fault, ctx.clock.unique()));
  if (ref === undefined || !isAlive(ctx, id)) return;
  // What has not been started has nothing to wind up.
  if (ref.container.state.kind === 'running' && patience.deadlineMs > performance.now() && (await askToStop(ctx, ref)))
    await endedBefore(ctx, id, () => patience.deadlineMs);
  if (!isAlive(ctx, id)) return;
  await ctx.runtime.kill(ref, 'SIGKILL');
  const deadlineMs = performance.now() + KILL_WAIT_MS;
  await endedBefore(ctx, id, () => deadlineMs);
  if (isAlive(ctx, id)) throw new JanusError('deadline-exceeded', `container ${id} does not end after SIGKILL`);
};

/** False: the signal cannot be sent, so there is nothing to wait for. */
const askToStop = async (ctx: Context, ref: ContainerRef): Promise<boolean> => {
  const { id, stopSignal } = ref.container;
  try {
    await ctx.runtime.kill(ref, stopSignal);
    return true;
  } catch (error) {
    ctx.logger.warn('the stop signal cannot be sent', { container: id, signal: stopSignal, error: messageOf(error) });
    return false;
  }
};

/** Resolves when the container has ended or the deadline, which may come closer meanwhile, has passed. */
const endedBefore = async (ctx: Context, id: ContainerId, deadlineMs: () => number): Promise<void> => {
  let goneSince: number | undefined;
  while (isAlive(ctx, id) && performance.now() < deadlineMs()) {
    await ctx.waiters.wait(id, Math.min(POLL_MS, Math.max(1, deadlineMs() - performance.now())));
    goneSince = await goneFor(ctx, id, goneSince);
  }
};

/** An exit that is not told is asked for; a monitor that stays silent is not waited for beyond its time. */
const goneFor = async (ctx: Context, id: ContainerId, since: number | undefined): Promise<number | undefined> => {
  const ref = refOf(ctx, id);
  if (ref === undefined || !isAlive(ctx, id) || ctx.runtime.hasProcess(ref)) return undefined;
  if (await settleGone(ctx, ref)) return since;
  if (since !== undefined && performance.now() - since >= MONITOR_WAIT_MS)
    await endContainer(ctx, id, unknownExit(ctx.clock.unique()));
  return since ?? performance.now();
};
