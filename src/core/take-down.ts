import type { Context } from './context.ts';
import type { SandboxRecord } from './model/sandbox.ts';
import type { ContainerRef } from './ports/container-runtime.ts';

interface Options {
  readonly signal: AbortSignal;
}

/** Takes down a container that was never listed, and forgets it. */
export const takeDownContainer = async (ctx: Context, ref: ContainerRef, { signal }: Options): Promise<void> => {
  await ctx.runtime.remove(ref, { signal });
  await ctx.containers.delete(ref.container.id);
};

/** Takes down a sandbox that was never listed, and forgets it. */
export const takeDownSandbox = async (ctx: Context, sandbox: SandboxRecord, { signal }: Options): Promise<void> => {
  const { netns } = ctx.host.paths(sandbox);
  if (netns !== undefined) await ctx.network.detach(sandbox, netns, { signal });
  await ctx.host.stop(sandbox, { signal });
  await ctx.host.remove(sandbox);
  await ctx.sandboxes.delete(sandbox.id);
};
