import type { Context } from './context.ts';
import type { ContainerId, SandboxId } from './model/ids.ts';

/** What a session takes place in. */
export type SessionPlace = { readonly containerId: ContainerId } | { readonly sandboxId: SandboxId };

const endOfContainer = (ctx: Context, id: ContainerId): string | undefined =>
  ctx.containers.get(id)?.state.kind === 'running' ? undefined : `container ${id} has ended`;

const endOfSandbox = (ctx: Context, id: SandboxId): string | undefined =>
  ctx.sandboxes.get(id)?.state.kind === 'ready' ? undefined : `sandbox ${id} has been stopped`;

/** A removal without a stop tells nobody. */
const RECHECK_MS = 10_000;

/** Resolves with the reason once the container does not run, or the pod is not ready, any more; with undefined once the signal has aborted. */
export const endOfPlace = async (
  ctx: Context,
  place: SessionPlace,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const [id, ended] =
    'containerId' in place
      ? [place.containerId, () => endOfContainer(ctx, place.containerId)]
      : [place.sandboxId, () => endOfSandbox(ctx, place.sandboxId)];
  while (!signal.aborted) {
    const reason = ended();
    if (reason !== undefined) return reason;
    await ctx.waiters.wait(id, RECHECK_MS, signal);
  }
  return undefined;
};
