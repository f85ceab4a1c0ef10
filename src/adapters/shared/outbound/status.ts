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

export const statusResponse = ({ network, config, pulls }: EngineStatus, verbose: boolean): cri.StatusResponse => ({
  status: {
    conditions: [{ type: 'RuntimeReady', status: true, reason: '', message: '' }, networkCondition(network)],
  },
  info: verbose ? { config: jsonText(config), pulls: jsonText(pulls) } : {},
});
