import type { Context } from '../context.ts';
import type { SandboxRecord } from '../model/sandbox.ts';
import { settleAll } from '../settle.ts';
import type { Stage, StageOf } from '../stages.ts';
import { announce } from '../transitions.ts';
import { removeLocked as removeContainerLocked } from './remove-container.ts';
import { stopLocked } from './stop-pod-sandbox.ts';

/** Containers first, then the network, then the pod. What runs is ended by force; a pod that does not exist is no error (CRI, RemovePodSandbox). */
export const removePodSandbox = async (ctx: Context, id: string): Promise<void> => {
  const found = ctx.sandboxes.find(id);
  if (found === undefined || found.state.kind === 'creating') return;
  await ctx.operations.run('RemovePodSandbox', found.id, async (progress) => {
    using _lock = await ctx.locks.acquire(found.id);
    const sandbox = ctx.sandboxes.get(found.id);
    if (sandbox !== undefined) await removeLocked(ctx, sandbox, progress.stage);
    await progress.stage('done');
  });
};

const removeLocked = async (
  ctx: Context,
  sandbox: SandboxRecord,
  stage: Stage<StageOf<'RemovePodSandbox'>>,
): Promise<void> => {
  const stopped = await stopLocked(ctx, sandbox, stage);
  await stage('remove-containers');
  const own = ctx.containers
    .all()
    .filter(({ sandboxId, state }) => sandboxId === sandbox.id && state.kind !== 'creating');
  await settleAll(
    own.map(async ({ id }) => {
      using _lock = await ctx.locks.acquire(id);
      await removeContainerLocked(ctx, id, stage);
    }),
  );
  await stage('files');
  await ctx.host.remove(stopped);
  await stage('forget');
  await ctx.sandboxes.delete(stopped.id);
  announce(ctx, 'deleted', { id: stopped.id, sandbox: stopped });
};
