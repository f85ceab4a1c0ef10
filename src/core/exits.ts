import type { Context } from './context.ts';
import { messageOf } from './errors.ts';
import { lostSandbox } from './lost-sandbox.ts';
import type { CommandFault, ContainerExit } from './model/container.ts';
import type { ContainerId } from './model/ids.ts';
import type { ContainerRef, ExitFacts } from './ports/container-runtime.ts';
import { processOf } from './process-of.ts';
import { endContainer } from './transitions.ts';

/** CRI's reasons, in the words that other engines use and `kubectl` shows. */
const reasonOf = ({ exitCode, oomKilled }: ExitFacts): string => {
  if (oomKilled) return 'OOMKilled';
  return exitCode === 0 ? 'Completed' : 'Error';
};

const toExit = (facts: ExitFacts): ContainerExit => ({
  exitCode: facts.exitCode,
  finishedAt: facts.finishedAt,
  reason: reasonOf(facts),
  message: '',
});

/** The end of a container that nobody saw: its monitor is gone, or the machine went down. 255, as other engines say. */
export const unknownExit = (finishedAt: bigint): ContainerExit => ({
  exitCode: 255,
  finishedAt,
  reason: 'Unknown',
  message: 'the container ended while nothing watched it',
});

/** The end of a container whose command cannot be run. */
export const unrunnableExit = ({ exitCode, message }: CommandFault, finishedAt: bigint): ContainerExit => ({
  exitCode,
  finishedAt,
  reason: 'ContainerCannotRun',
  message,
});

/** A container with its pod, or with what stands for it: whatever has a record can be stopped and removed. */
export const refOf = (ctx: Context, id: ContainerId): ContainerRef | undefined => {
  const container = ctx.containers.get(id);
  if (container === undefined) return undefined;
  return {
    container,
    sandbox: ctx.sandboxes.get(container.sandboxId) ?? lostSandbox(ctx, { id: container.sandboxId, container }),
  };
};

/** Takes the ends of containers over from the runtime, and kills what a container leaves in a PID namespace that it shares. */
export const followExits = (ctx: Context): Disposable =>
  ctx.runtime.onExit((id) => {
    void settleExit(ctx, id).catch((error: unknown) => {
      ctx.logger.error('the end of a container could not be recorded', { container: id, error: messageOf(error) });
    });
  });

const settleExit = async (ctx: Context, id: ContainerId): Promise<void> => {
  await ctx.starting.get(id);
  const ref = refOf(ctx, id);
  if (ref === undefined || processOf(ref.container) === undefined) return;
  await recordExit(ctx, ref);
  await ctx.runtime.kill(ref, 'SIGKILL');
};

/** Asks the host how a container ended whose process is gone. False: it cannot say (yet). */
export const recordExit = async (ctx: Context, ref: ContainerRef): Promise<boolean> => {
  const facts = await ctx.runtime.exitOf(ref);
  if (facts === undefined) return false;
  await endContainer(ctx, ref.container.id, toExit(facts));
  return true;
};

/**
 * Records the end of a container whose process is gone. False: its monitor is there and has yet to say how it ended.
 * Without a monitor nobody ever will, and the end is recorded as unknown.
 */
export const settleGone = async (ctx: Context, ref: ContainerRef): Promise<boolean> => {
  await ctx.starting.get(ref.container.id);
  // Asked first: a monitor leaves the exit behind and then ends.
  const monitored = ctx.runtime.hasMonitor(ref);
  if (await recordExit(ctx, ref)) return true;
  if (!monitored) await endContainer(ctx, ref.container.id, unknownExit(ctx.clock.unique()));
  return !monitored;
};
