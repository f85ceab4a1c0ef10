import type { InterfaceUsage } from '../../core/ports/stats.ts';
import type { Source, Sources } from './source.ts';

const perInterface = (help: string, figure: (usage: InterfaceUsage) => bigint): Source<readonly InterfaceUsage[]> => ({
  help,
  kind: 'counter',
  labels: ['interface'],
  points: (interfaces) => interfaces.map((usage) => [figure(usage), usage.name]),
});

/** Of a pod's own network. */
export const OF_NETWORK: Sources<readonly InterfaceUsage[]> = {
  container_network_receive_bytes_total: perInterface('Bytes received.', ({ rxBytes }) => rxBytes),
  container_network_receive_packets_total: perInterface('Packets received.', ({ rxPackets }) => rxPackets),
  container_network_receive_packets_dropped_total: perInterface(
    'Packets dropped while receiving.',
    ({ rxDropped }) => rxDropped,
  ),
  container_network_receive_errors_total: perInterface('Errors while receiving.', ({ rxErrors }) => rxErrors),
  container_network_transmit_bytes_total: perInterface('Bytes sent.', ({ txBytes }) => txBytes),
  container_network_transmit_packets_total: perInterface('Packets sent.', ({ txPackets }) => txPackets),
  container_network_transmit_packets_dropped_total: perInterface(
    'Packets dropped while sending.',
    ({ txDropped }) => txDropped,
  ),
  container_network_transmit_errors_total: perInterface('Errors while sending.', ({ txErrors }) => txErrors),
};
