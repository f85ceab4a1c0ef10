import type { Context } from './context.ts';
import type { SandboxRecord } from './model/sandbox.ts';
import type { ContainerRef } from './ports/container-runtime.ts';
import type { DetachStage } from './ports/pod-network.ts';
import type { EndStage, ReleaseStage } from './ports/sandbox-host.ts';
import { settleAll } from './settle.ts';
import type { Staged } from './stages.ts';

interface Options {
  readonly signal: AbortSignal;
}

/** Takes down a container that was never listed, and forgets it. */
export const takeDownContainer = async (ctx: Context, ref: ContainerRef, { signal }: Options): Promise<void> => {
  await ctx.runtime.remove(ref, { signal });
  await ctx.containers.delete(ref.container.id);
};

/**
 * Takes down the pod's part of the host but for its files. The plugins need the network, which is pinned, and not the process: it ends beside them
 * (14 of 50 ms). Namespaces go last.
 */
export const takeDownHost = async (
  ctx: Context,
  sandbox: SandboxRecord,
  options: Staged<DetachStage | EndStage | ReleaseStage>,
): Promise<void> => {
  const { netns } = ctx.host.paths(sandbox);
  await settleAll([
    netns === undefined ? Promise.resolve() : ctx.network.detach(sandbox, netns, options),
    ctx.host.endProcess(sandbox, options),
  ]);
  await ctx.host.release(sandbox, options);
};

/** Takes down a sandbox that was never listed, and forgets it. */
export const takeDownSandbox = async (ctx: Context, sandbox: SandboxRecord, { signal }: Options): Promise<void> => {
  await takeDownHost(ctx, sandbox, { signal });
  await ctx.host.remove(sandbox);
  await ctx.sandboxes.delete(sandbox.id);
};
