import type { EngineStatus } from '../../../core/engine.ts';
import type { NetworkReadiness } from '../../../core/ports/pod-network.ts';
import type * as cri from '../../v1alpha2/generated/api.ts';
import { jsonText } from './info.ts';

const networkCondition = (network: NetworkReadiness): cri.RuntimeCondition => ({
  type: 'NetworkReady',
  status: network.ready,
  reason: network.ready ? '' : network.reason,
  message: network.ready ? '' : network.message,
});

/** What `crictl info` shows beside the conditions; `cniconfig` and `lastCNILoadStatus` are containerd's names for them. */
const info = ({ network, networks, config, versions, pulls }: EngineStatus): Record<string, string> => ({
  config: jsonText(config),
  versions: jsonText(versions),
  cniconfig: jsonText({ networks }),
  lastCNILoadStatus: jsonText(network.ready ? 'OK' : network.message),
  pulls: jsonText(pulls),
});

export const statusResponse = (engine: EngineStatus, verbose: boolean): cri.StatusResponse => ({
  status: {
    conditions: [{ type: 'RuntimeReady', status: true, reason: '', message: '' }, networkCondition(engine.network)],
  },
  info: verbose ? info(engine) : {},
});
