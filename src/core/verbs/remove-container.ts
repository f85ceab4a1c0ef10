import type { Context } from '../context.ts';
import { refOf, unknownExit } from '../exits.ts';
import type { ContainerId } from '../model/ids.ts';
import type { RemoveStage } from '../ports/container-runtime.ts';
import type { Stage } from '../stages.ts';
import { announce, endContainer } from '../transitions.ts';
import { stopAlive } from './stop-container.ts';

const DEADLINE_MS = 2 * 60_000;

/** Ends what runs by force. A container that does not exist is no error (CRI, RemoveContainer). */
export const removeContainer = async (ctx: Context, id: string): Promise<void> => {
  const found = ctx.containers.find(id);
  if (found === undefined || found.state.kind === 'creating') return;
  await ctx.operations.run('RemoveContainer', found.id, async (progress) => {
    using _lock = await ctx.locks.acquire(found.id);
    await progress.stage('stop');
    await removeLocked(ctx, found.id, progress.stage);
    await progress.stage('done');
  });
};

/** The caller holds the container's lock. Half-way through, it is an exited container that can be removed again. */
export const removeLocked = async (
  ctx: Context,
  id: ContainerId,
  stage: Stage<RemoveStage | 'forget'>,
): Promise<void> => {
  const ref = refOf(ctx, id);
  if (ref === undefined) return;
  await stopAlive(ctx, id, { graceSeconds: 0 });
  await ctx.runtime.remove(ref, { signal: AbortSignal.timeout(DEADLINE_MS), stage });
  await stage('forget');
  await endContainer(ctx, id, unknownExit(ctx.clock.unique()));
  await ctx.containers.delete(id);
  announce(ctx, 'deleted', { id, sandbox: ref.sandbox });
};
