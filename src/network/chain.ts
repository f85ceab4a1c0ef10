import { JanusError, messageOf } from '../core/errors.ts';
import type { NetworkAttachment } from '../core/model/sandbox.ts';
import type { KeptNetwork, PlannedNetwork, PlannedPlugin } from './planned.ts';
import { type CniVerb, callPlugin, describe, type PluginCall, type PluginHost } from './plugin.ts';
import { type AddResult, parseResult, podAddresses, type RawResult } from './result.ts';
import { takesResultOnDelete } from './versions.ts';

export interface Target {
  readonly containerId: string;
  /** Empty: the namespace is gone. */
  readonly netns: string;
}

type Options = PluginHost & { readonly signal: AbortSignal };

interface Step {
  readonly verb: CniVerb;
  readonly network: PlannedNetwork;
  readonly plugin: PlannedPlugin;
  readonly prevResult: RawResult | undefined;
}

const callOf = ({ verb, network, plugin, prevResult }: Step, { containerId, netns }: Target): PluginCall => ({
  verb,
  network: network.network,
  type: plugin.type,
  containerId,
  netns,
  interfaceName: network.interfaceName,
  args: network.args,
  config: prevResult ? { ...plugin.config, prevResult } : plugin.config,
});

const addOne = async (call: PluginCall, version: string, options: Options): Promise<AddResult> => {
  const stdout = await callPlugin(call, options);
  try {
    return parseResult(stdout, version);
  } catch (cause) {
    throw new JanusError('internal', `${describe(call)} answered wrongly: ${messageOf(cause)}`, { cause });
  }
};

/** Runs ADD of the plugins in order, each with the result of the one before; gives the last result. */
export const addNetwork = async (network: PlannedNetwork, target: Target, options: Options): Promise<AddResult> => {
  let last: AddResult | undefined;
  for (const plugin of network.plugins) {
    const step: Step = { verb: 'ADD', network, plugin, prevResult: last?.raw };
    last = await addOne(callOf(step, target), network.cniVersion, options);
  }
  if (!last) throw new JanusError('internal', `CNI network ${JSON.stringify(network.network)} has no plugins`);
  return last;
};

/** The pod's part of a result. The default network must give an address: a pod without one is never ready for the kubelet. */
export const attachmentOf = (
  network: PlannedNetwork,
  result: AddResult,
  pod: { netns: string; needsIp: boolean },
): NetworkAttachment => {
  const { network: name, interfaceName } = network;
  const ips = podAddresses(result, { netns: pod.netns, interfaceName });
  if (pod.needsIp && ips.length === 0) {
    throw new JanusError('internal', `CNI network ${JSON.stringify(name)}: ADD gave the pod no IP address`);
  }
  return { network: name, interfaceName, ips };
};

/**
 * Runs DEL of the plugins in reverse order and goes on when one fails, so that what can be freed is freed.
 * Gives the failures; another DEL later does no harm to those that succeeded.
 */
export const deleteNetwork = async (
  network: KeptNetwork,
  target: Target,
  options: Options,
): Promise<readonly unknown[]> => {
  const failures: unknown[] = [];
  const prevResult = takesResultOnDelete(network.cniVersion) ? network.result : undefined;
  for (const plugin of network.plugins.toReversed()) {
    try {
      await callPlugin(callOf({ verb: 'DEL', network, plugin, prevResult }, target), options);
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
};
