import { expect, test } from 'vitest';
import type { SandboxRecord } from '../../../src/core/model/sandbox.ts';
import { parseNetDev, readInterfaces } from '../../../src/runtime/stats/network.ts';
import { podCgroups } from '../../../src/runtime/stats/pod-cgroup.ts';
import { sumOf } from '../../../src/runtime/stats/sum.ts';
import { sandbox } from '../adapters/samples.ts';
import { usageOf } from './usage.ts';

const UID = '3f1e-77';
const CONTAINERS = ['c1', 'c2'];

const defaultParent = { cgroupfs: '/janus', systemd: 'system.slice' };

const pod = (
  cgroupParent: string,
  cgroupDriver: SandboxRecord['cgroupDriver'] = 'cgroupfs',
  uid = UID,
): SandboxRecord => ({
  ...sandbox,
  cgroupDriver,
  cgroupParent: cgroupParent || defaultParent[cgroupDriver],
  config: { ...sandbox.config, cgroupParent, metadata: { ...sandbox.config.metadata, uid } },
});

test('a kubelet’s pod is its own cgroup', () => {
  expect(podCgroups(pod(`/kubepods/burstable/pod${UID}`), CONTAINERS)).toEqual([`/kubepods/burstable/pod${UID}`]);
  expect(podCgroups(pod('kubepods-burstable-pod3f1e_77.slice', 'systemd'), CONTAINERS)).toEqual([
    '/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod3f1e_77.slice',
  ]);
});

test('any other pod is the cgroups of its sandbox and its containers', () => {
  const parts = (parent: string) => [sandbox.id, ...CONTAINERS].map((id) => `${parent}/${id}`);
  expect(podCgroups(pod(''), CONTAINERS)).toEqual(parts('/janus'));
  expect(podCgroups(pod('/shared'), CONTAINERS)).toEqual(parts('/shared'));
  expect(podCgroups(pod('/pod', 'cgroupfs', ''), CONTAINERS)).toEqual(parts('/pod'));
  expect(podCgroups(pod('', 'systemd'), [])).toEqual([`/system.slice/janus-${sandbox.id}.scope`]);
});

test('cgroups add up; limits and rates do not', () => {
  const usage = sumOf([
    usageOf({ cpu: 5n, memory: 10n, processes: 1n, timestamp: 7n }),
    {
      ...usageOf({ cpu: 6n, memory: 20n, processes: 2n, timestamp: 8n }),
      swap: { timestamp: 8n, usageBytes: 3n, availableBytes: 9n },
    },
  ]);
  expect(usage).toEqual({
    cpu: { timestamp: 7n, usageCoreNanoSeconds: 11n, usageNanoCores: undefined, pressure: undefined },
    memory: {
      timestamp: 7n,
      workingSetBytes: 30n,
      availableBytes: undefined,
      usageBytes: 32n,
      rssBytes: 34n,
      pageFaults: 36n,
      majorPageFaults: 38n,
      pressure: undefined,
    },
    swap: { timestamp: 7n, usageBytes: 3n, availableBytes: undefined },
    io: undefined,
    processCount: 3n,
  });
  expect(sumOf([])).toBeUndefined();
});

const NET_DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:  100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
  net1: 1111      11    3    0    0     0          0         0     2222      12    4    0    0     0       0          0
eth0:20598751684  821005    1    5    0     0          0         0 30598751684  821006    2    6    0     0       0          0
`;

test('interfaces without loopback, the default one first', () => {
  const eth0 = {
    name: 'eth0',
    ...{ rxBytes: 20598751684n, rxPackets: 821005n, rxErrors: 1n, rxDropped: 5n },
    ...{ txBytes: 30598751684n, txPackets: 821006n, txErrors: 2n, txDropped: 6n },
  };
  const net1 = {
    name: 'net1',
    ...{ rxBytes: 1111n, rxPackets: 11n, rxErrors: 3n, rxDropped: 0n },
    ...{ txBytes: 2222n, txPackets: 12n, txErrors: 4n, txDropped: 0n },
  };
  expect(parseNetDev(NET_DEV, 'eth0')).toEqual([eth0, net1]);
  expect(parseNetDev(NET_DEV, 'net1')).toEqual([net1, eth0]);
  expect(parseNetDev(NET_DEV, 'other')).toEqual([net1, eth0]);
});

test('no interfaces with the host’s network, nor of a process that is not the pod’s', () => {
  const identity = { pid: process.pid, startTime: '1' };
  const state: SandboxRecord['state'] = { kind: 'ready', networks: [], process: identity };
  expect(readInterfaces({ ...sandbox, state })).toEqual([]);
  expect(readInterfaces({ ...sandbox, state: { ...state, process: undefined } })).toEqual([]);
  const { security } = sandbox.config;
  const onHost = {
    ...sandbox.config,
    security: { ...security, namespaces: { ...security.namespaces, network: 'node' as const } },
  };
  expect(readInterfaces({ ...sandbox, config: onHost, state })).toEqual([]);
});
