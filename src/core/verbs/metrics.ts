import type { Context } from '../context.ts';
import type { PodMetrics } from '../engine.ts';
import { messageOf } from '../errors.ts';
import { filterSandboxes } from '../filters.ts';
import type { SandboxRecord } from '../model/sandbox.ts';
import type { Metric } from '../ports/metrics.ts';
import { containersOf } from '../transitions.ts';

/** One whose metrics cannot be read must not hide the others'. */
const readable = async (
  ctx: Context,
  id: string,
  read: () => Promise<readonly Metric[]>,
): Promise<readonly Metric[]> => {
  try {
    return await read();
  } catch (error) {
    ctx.logger.warn('metrics cannot be read', { id, error: messageOf(error) });
    return [];
  }
};

const podMetrics = async (ctx: Context, sandbox: SandboxRecord): Promise<PodMetrics> => {
  if (sandbox.state.kind !== 'ready') return { sandboxId: sandbox.id, metrics: [], containers: [] };
  const running = containersOf(ctx, sandbox.id).filter(({ state }) => state.kind === 'running');
  const [metrics, containers] = await Promise.all([
    readable(ctx, sandbox.id, () => ctx.metrics.sandbox(sandbox)),
    Promise.all(
      running.map(async (container) => ({
        containerId: container.id,
        metrics: await readable(ctx, container.id, () => ctx.metrics.container({ container, sandbox })),
      })),
    ),
  ]);
  return { sandboxId: sandbox.id, metrics, containers };
};

/** One entry for each pod (CRI, ListPodSandboxMetrics). */
export const listPodSandboxMetrics = async (ctx: Context): Promise<readonly PodMetrics[]> =>
  Promise.all(filterSandboxes(ctx.sandboxes.all(), {}).map((sandbox) => podMetrics(ctx, sandbox)));
