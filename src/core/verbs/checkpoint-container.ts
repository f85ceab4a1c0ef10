import type { Context } from '../context.ts';
import { requireRunning } from './in-container.ts';

export interface CheckpointRequest {
  /** Absolute path of the archive to write. */
  readonly location: string;
  /** 0: the default. */
  readonly timeoutSeconds: number;
}

/** A container of many gigabytes takes minutes to be written. */
const DEFAULT_SECONDS = 10 * 60;
/** Timers hold 31 bits of milliseconds. */
const MAX_SECONDS = Math.floor((2 ** 31 - 1) / 1000);

/** Writes what a running container is into an archive; it goes on running. */
export const checkpointContainer = async (ctx: Context, id: string, request: CheckpointRequest): Promise<void> => {
  const { id: containerId } = requireRunning(ctx, id).container;
  const seconds = Math.min(request.timeoutSeconds || DEFAULT_SECONDS, MAX_SECONDS);
  await ctx.operations.run('CheckpointContainer', containerId, async ({ stage }) => {
    // Not the container's own lock: it must not wait for long when it is to be stopped.
    using _lock = await ctx.locks.acquire(`${containerId} checkpoint`);
    const ref = requireRunning(ctx, containerId);
    await stage('write');
    await ctx.runtime.checkpoint(ref, request.location, { signal: AbortSignal.timeout(seconds * 1000) });
    await stage('done');
  });
};
