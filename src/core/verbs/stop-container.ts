import type { Context, Stopping } from '../context.ts';
import { JanusError, messageOf } from '../errors.ts';
import { refOf, settleGone, unknownExit, unrunnableExit } from '../exits.ts';
import type { ContainerId } from '../model/ids.ts';
import type { ContainerRef } from '../ports/container-runtime.ts';
import { processOf } from '../process-of.ts';
import type { Stage, StageOf } from '../stages.ts';
import { endContainer } from '../transitions.ts';

/** After SIGKILL a process is gone at once, unless the kernel itself is stuck. */
const KILL_WAIT_MS = 60_000;
/** How long after its process an exit may come: its monitor still reads the output. */
const MONITOR_WAIT_MS = 5_000;
const POLL_MS = 250;

/** Idempotent: a container that does not run, or does not exist, is no error (CRI, StopContainer). */
export const stopContainer = async (ctx: Context, id: string, graceSeconds: number): Promise<void> => {
  const found = ctx.containers.find(id);
  if (found === undefined) return;
  await ctx.operations.run('StopContainer', found.id, async ({ stage }) => {
    await stopAlive(ctx, found.id, { graceSeconds, stage });
    await stage('done');
  });
};

interface StopOptions {
  readonly graceSeconds: number;
  readonly stage?: Stage<StageOf<'StopContainer'>>;
}

/** The stop signal, then SIGKILL when `graceSeconds` have passed. Stops of one container join; the shortest patience wins. */
export const stopAlive = (ctx: Context, id: ContainerId, { graceSeconds, stage }: StopOptions): Promise<void> => {
  const deadlineMs = performance.now() + graceSeconds * 1000;
  const other = ctx.stopping.get(id);
  if (other !== undefined) {
    other.deadlineMs = Math.min(other.deadlineMs, deadlineMs);
    ctx.waiters.notify(id);
    return other.done;
  }
  const patience = { deadlineMs };
  const done = stop(ctx, id, { patience, stage }).finally(() => ctx.stopping.delete(id));
  ctx.stopping.set(id, Object.assign(patience, { done }));
  return done;
};

const isAlive = (ctx: Context, id: ContainerId): boolean => {
  const container = ctx.containers.get(id);
  return container !== undefined && processOf(container) !== undefined;
};

interface Stop {
  readonly patience: Pick<Stopping, 'deadlineMs'>;
  readonly stage: StopOptions['stage'] | undefined;
}

const stop = async (ctx: Context, id: ContainerId, { patience, stage }: Stop): Promise<void> => {
  const ref = refOf(ctx, id);
  if (ref?.container.state.kind === 'unrunnable')
    return endContainer(ctx, id, unrunnableExit(ref.container.state.fault, ctx.clock.unique()));
  if (ref === undefined || !isAlive(ctx, id)) return;
  await stage?.('signal');
  await endSoftly(ctx, ref, { patience, stage });
  if (!isAlive(ctx, id)) return;
  await stage?.('kill');
  await ctx.runtime.kill(ref, 'SIGKILL');
  await stage?.('killed');
  const deadlineMs = performance.now() + KILL_WAIT_MS;
  await endedBefore(ctx, id, () => deadlineMs);
  if (isAlive(ctx, id)) throw new JanusError('deadline-exceeded', `container ${id} does not end after SIGKILL`);
};

/** What has not been started has nothing to wind up. */
const endSoftly = async (ctx: Context, ref: ContainerRef, { patience, stage }: Stop): Promise<void> => {
  if (ref.container.state.kind !== 'running' || patience.deadlineMs <= performance.now()) return;
  if (!(await askToStop(ctx, ref))) return;
  await stage?.('wait');
  await endedBefore(ctx, ref.container.id, () => patience.deadlineMs);
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
