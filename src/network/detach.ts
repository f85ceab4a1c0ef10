import type { SandboxRecord } from '../core/model/sandbox.ts';
import type { DetachStage } from '../core/ports/pod-network.ts';
import { type Context, type PodCall, plan } from './context.ts';
import { endPlugins } from './end-plugins.ts';
import type { KeptNetwork } from './planned.ts';
import { takeDown } from './take-down.ts';

/** A file that is spoiled must not hold the pod for ever: then the present configuration is the best guess. */
const networksOf = async (sandbox: SandboxRecord, context: Context): Promise<readonly KeptNetwork[]> => {
  const kept = await context.kept.read(sandbox.id);
  if (kept.kind === 'absent') return [];
  if (kept.kind === 'networks') return kept.networks;
  context.logger.warn('CNI result is damaged, DEL by the present configuration', {
    sandbox: sandbox.id,
    reason: kept.reason,
  });
  return plan(sandbox, context);
};

/** Takes a pod out of the networks that are kept of it. Throws the first failure after all have been tried. */
export const detach = async (call: PodCall<DetachStage>, context: Context): Promise<void> => {
  const { sandbox, signal } = call;
  const networks = await networksOf(sandbox, context);
  if (networks.length === 0) return;
  if (sandbox.state.kind === 'creating') await endPlugins(sandbox.id, { signal });
  const failures = await takeDown(networks, call, context);
  if (failures.length > 0) throw failures[0];
};
