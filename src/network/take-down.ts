import { messageOf } from '../core/errors.ts';
import type { DetachStage } from '../core/ports/pod-network.ts';
import { deleteNetwork } from './chain.ts';
import type { Context, PodCall } from './context.ts';
import { mountedNamespace } from './namespace.ts';
import type { KeptNetwork } from './planned.ts';

/**
 * Takes a pod out of networks, the last one first, and goes on when one fails. Gives the failures; what is kept of the
 * sandbox goes when there are none.
 */
export const takeDown = async (
  networks: readonly KeptNetwork[],
  { sandbox, netns, signal, stage }: PodCall<DetachStage>,
  { host, kept, logger }: Context,
): Promise<readonly unknown[]> => {
  const target = { containerId: sandbox.id, netns: await mountedNamespace(netns) };
  const failures: unknown[] = [];
  await stage?.('network-del');
  for (const network of networks.toReversed()) {
    failures.push(...(await deleteNetwork(network, target, { ...host, signal })));
  }
  for (const failure of failures) logger.warn('CNI DEL failed', { sandbox: sandbox.id, error: messageOf(failure) });
  if (failures.length > 0) return failures;
  await stage?.('network-forget');
  await kept.remove(sandbox.id);
  return failures;
};
