import type { Context } from '../context.ts';
import { JanusError } from '../errors.ts';
import type { LinuxResources } from '../model/resources.ts';

export interface PodResources {
  readonly overhead: LinuxResources | undefined;
  readonly resources: LinuxResources | undefined;
}

/** Records what the pod may use now. The kubelet itself sets the limits of the pod's cgroup (CRI, UpdatePodSandboxResources). */
export const updatePodSandboxResources = async (ctx: Context, id: string, update: PodResources): Promise<void> => {
  const { id: sandboxId } = ctx.sandboxes.require(id);
  using _lock = await ctx.locks.acquire(sandboxId);
  const sandbox = ctx.sandboxes.require(sandboxId);
  if (sandbox.state.kind !== 'ready') throw new JanusError('failed-precondition', `sandbox ${sandboxId} is not ready`);
  const config = {
    ...sandbox.config,
    overhead: update.overhead ?? sandbox.config.overhead,
    resources: update.resources ?? sandbox.config.resources,
  };
  await ctx.sandboxes.put({ ...sandbox, config }, { durable: false });
};
