import { JanusError, withCleanupFailures } from '../core/errors.ts';
import type { NetworkAttachment } from '../core/model/sandbox.ts';
import type { AttachStage } from '../core/ports/pod-network.ts';
import { addNetwork, attachmentOf } from './chain.ts';
import { type Context, type PodCall, plan } from './context.ts';
import type { KeptNetwork } from './planned.ts';
import { takeDown } from './take-down.ts';

/** Networks of one pod on their way: what a failure has to take down. */
interface Progress {
  networks: readonly KeptNetwork[];
  /** How many have been begun. */
  begun: number;
}

const addNext = async (
  progress: Progress,
  call: PodCall<AttachStage>,
  { host, kept }: Context,
): Promise<NetworkAttachment | undefined> => {
  const index = progress.begun;
  const network = progress.networks[index];
  if (!network) return undefined;
  progress.begun += 1;
  const { sandbox, netns, signal, stage } = call;
  await stage?.('network-add');
  const result = await addNetwork(network, { containerId: sandbox.id, netns }, { ...host, signal });
  progress.networks = progress.networks.with(index, { ...network, result: result.raw });
  await stage?.('network-result');
  await kept.write(sandbox.id, progress.networks);
  return attachmentOf(network, result, { netns, needsIp: index === 0 });
};

const addAll = async (
  progress: Progress,
  call: PodCall<AttachStage>,
  context: Context,
): Promise<readonly NetworkAttachment[]> => {
  const attachments: NetworkAttachment[] = [];
  for (;;) {
    const attachment = await addNext(progress, call, context);
    if (!attachment) return attachments;
    attachments.push(attachment);
  }
};

/**
 * Adds a pod to its networks. The plan is on disk before the first plugin runs, so that a daemon that dies here finds
 * what to take down. The caller's signal ends the adding, not the taking down.
 */
export const attach = async (call: PodCall<AttachStage>, context: Context): Promise<readonly NetworkAttachment[]> => {
  const { sandbox, netns } = call;
  const progress: Progress = { networks: plan(sandbox, context), begun: 0 };
  if ((await context.kept.read(sandbox.id)).kind !== 'absent') {
    throw new JanusError('failed-precondition', `sandbox ${sandbox.id} has networks already`);
  }
  await context.kept.write(sandbox.id, progress.networks);
  try {
    return await addAll(progress, call, context);
  } catch (failure) {
    const begun = progress.networks.slice(0, progress.begun);
    const left = await takeDown(begun, { sandbox, netns, signal: new AbortController().signal }, context);
    throw withCleanupFailures(failure, left);
  }
};
