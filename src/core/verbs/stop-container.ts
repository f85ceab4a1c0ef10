import type { Context } from '../context.ts';
import { JanusError } from '../errors.ts';
import { recordExit, refOf, unknownExit } from '../exits.ts';
import type { ContainerId } from '../model/ids.ts';
import { processOf } from '../process-of.ts';
import { endContainer } from '../transitions.ts';

/** After SIGKILL a process is gone at once, unless the kernel itself is stuck. */
const KILL_WAIT_MS = 60_000;
/** How long after its process an exit may come: its monitor still reads the output, or was killed itself. */
const MONITOR_WAIT_MS = 5_000;
const POLL_MS = 250;

/** A stop under way: a later one with less patience shortens it. */
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
  const deadlineMs = Date.now() + graceSeconds * 1000;
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
  if (ref === undefined || !isAlive(ctx, id)) return;
  // What has not been started has nothing to wind up.
  if (ref.container.state.kind === 'running' && patience.deadlineMs > Date.now()) {
    await ctx.runtime.kill(ref, ref.container.stopSignal);
    await endedBefore(ctx, id, () => patience.deadlineMs);
  }
  if (!isAlive(ctx, id)) return;
  await ctx.runtime.kill(ref, 'SIGKILL');
  const deadlineMs = Date.now() + KILL_WAIT_MS;
  await endedBefore(ctx, id, () => deadlineMs);
  if (isAlive(ctx, id)) throw new JanusError('deadline-exceeded', `container ${id} does not end after SIGKILL`);
};

/** Resolves when the container has ended or the deadline, which may come closer meanwhile, has passed. */
const endedBefore = async (ctx: Context, id: ContainerId, deadlineMs: () => number): Promise<void> => {
  let goneSince: number | undefined;
  while (isAlive(ctx, id) && Date.now() < deadlineMs()) {
    await ctx.waiters.wait(id, Math.min(POLL_MS, Math.max(1, deadlineMs() - Date.now())));
    goneSince = await goneFor(ctx, id, goneSince);
  }
};

/** Without its monitor an exit is never told: then the host is asked, and at last the end is recorded as unknown. */
const goneFor = async (ctx: Context, id: ContainerId, since: number | undefined): Promise<number | undefined> => {
  const ref = refOf(ctx, id);
  if (ref === undefined || !isAlive(ctx, id) || ctx.runtime.hasProcess(ref)) return undefined;
  if (since === undefined) return Date.now();
  if (Date.now() - since < MONITOR_WAIT_MS || (await recordExit(ctx, ref))) return since;
  await endContainer(ctx, id, unknownExit(ctx.clock.unique()));
  return since;
};
