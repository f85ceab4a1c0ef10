import { readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Protocol } from '../../src/adapters/v1alpha2/generated/api.ts';
import { command } from '../support/command.ts';
import { CONTAINER, NODE, POD, TARGET } from '../support/requests.ts';
import { until } from '../support/wait.ts';
import { createInsides, type Insides, secured } from './support/inside.ts';
import { pairs, withV1 } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld({ name: 'podfield', octet: 39 });
});

afterAll(() => world.close());

const HOST_PORT = 18_039;
const GATEWAY = '10.88.39.1';

const answerOf = (port: number): Promise<string> => text(connect(port, GATEWAY)).catch(() => '');

const ownNamespaces = { network: POD, ipc: POD, pid: CONTAINER };

describe.each(pairs)('made over $maker, looked at over $user', (pair) => {
  let insides: Insides;
  beforeEach(() => {
    insides = createInsides(world, pair);
  });
  afterEach(() => insides.clear());

  it('a pod has its name, host name, resolver, sysctls and cgroup parent', async () => {
    const metadata = { name: 'fields', uid: 'uid-1', namespace: 'space', attempt: 3 };
    const dnsConfig = {
      servers: ['192.0.2.1', '2001:db8::1'],
      searches: ['a.example', 'b.example'],
      options: ['ndots:3'],
    };
    const cgroupParent = `${world.bed.cgroupParent}/deeper`;
    const sysctls = { 'net.ipv4.ip_unprivileged_port_start': '7', 'kernel.shm_rmid_forced': '1' };
    const linux = { cgroupParent, sysctls, securityContext: { namespaceOptions: ownNamespaces } };
    const pod = await insides.pod({ metadata, hostname: 'fields-host', dnsConfig, linux });
    const { status } = await insides.user.runtime.podSandboxStatus({ podSandboxId: pod.podSandboxId });
    expect(status).toMatchObject({ metadata, linux: { namespaces: { options: ownNamespaces } } });
    const { sh } = await insides.start(pod);
    expect(await sh('hostname; cat /etc/hostname; echo $HOSTNAME')).toBe('fields-host\nfields-host\nfields-host');
    const resolv = (await sh('cat /etc/resolv.conf')).split('\n');
    expect(resolv).toEqual([
      'search a.example b.example',
      'nameserver 192.0.2.1',
      'nameserver 2001:db8::1',
      'options ndots:3',
    ]);
    expect(await sh('cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced')).toBe('7\n1');
    expect(await sh('cat /proc/self/cgroup')).toContain(`${cgroupParent}/`);
  });

  it('a pod without a resolver and a host name has those of the host', async () => {
    const { sh } = await insides.start(await insides.pod());
    expect(await sh('hostname')).toBe(command('hostname', []).stdout.trim());
    expect(await sh('cat /etc/resolv.conf')).toBe(command('cat', ['/etc/resolv.conf']).stdout.trim());
  });

  it('the ports of a pod are published, by protocol and address', async () => {
    const portMappings = [
      { protocol: Protocol.TCP, containerPort: 8080, hostPort: HOST_PORT },
      { protocol: Protocol.UDP, containerPort: 53, hostPort: HOST_PORT, hostIp: '127.0.0.1' },
      { protocol: Protocol.TCP, containerPort: 81 },
    ];
    const pod = await insides.pod({ portMappings });
    const serve = 'while true; do echo served | nc -l -p 8080; done';
    await insides.start(pod, { command: ['sh', '-c', serve] });
    await until('the port answers', async () => (await answerOf(HOST_PORT)) === 'served\n');
    const rules = command('iptables', ['-t', 'nat', '-S']).stdout;
    expect(rules).toMatch(new RegExp(`-d 127.0.0.1/32 -p udp -m udp --dport ${HOST_PORT} -j DNAT .*:53\\b`));
    expect(rules).not.toContain(':81');
    await insides.clear();
    expect(await answerOf(HOST_PORT)).toBe('');
  });

  it('namespaces are the pod’s, the container’s own, another container’s, or the host’s', async () => {
    const pod = await insides.pod();
    const first = await insides.start(pod, { command: ['sleep', '4321'] });
    const target = secured({ namespaceOptions: { network: POD, ipc: POD, pid: TARGET, targetId: first.containerId } });
    const [joined, own, host] = [
      await insides.start(pod, target),
      await insides.start(pod, secured({ namespaceOptions: { network: POD, ipc: CONTAINER, pid: CONTAINER } })),
      await insides.start(pod, secured({ namespaceOptions: { network: POD, ipc: POD, pid: NODE } })),
    ];
    const ns = (kind: string) => `readlink /proc/self/ns/${kind}`;
    expect(await joined.sh(ns('pid'))).toBe(await first.sh(ns('pid')));
    expect(await joined.sh('ps')).toContain('sleep 4321');
    expect(await own.sh('ps')).not.toContain('sleep 4321');
    expect(await host.sh(ns('pid'))).toBe(readlinkSync('/proc/self/ns/pid'));

    expect(await joined.sh(ns('net'))).toBe(await own.sh(ns('net')));
    expect(await joined.sh(ns('net'))).not.toBe(readlinkSync('/proc/self/ns/net'));
    expect(await joined.sh(ns('ipc'))).toBe(await first.sh(ns('ipc')));
    expect([await first.sh(ns('ipc')), readlinkSync('/proc/self/ns/ipc')]).not.toContain(await own.sh(ns('ipc')));
    await first.sh('touch /dev/shm/shared');
    expect(await joined.sh('ls /dev/shm')).toBe('shared');
    expect(await own.sh('ls /dev/shm; touch /dev/shm/mine; stat -c %a /dev/shm')).toBe('1777');
  });

  it('a pod may have the host’s network and IPC, and one PID namespace for its containers', async () => {
    const namespaceOptions = { network: NODE, ipc: NODE, pid: POD };
    const pod = await insides.pod({ linux: { securityContext: { namespaceOptions } } });
    await insides.start(pod, { ...secured({ namespaceOptions }), command: ['sleep', '5432'] });
    const { sh } = await insides.start(pod, secured({ namespaceOptions: {} }));
    for (const kind of ['net', 'ipc', 'uts'])
      expect(await sh(`readlink /proc/self/ns/${kind}`)).toBe(readlinkSync(`/proc/self/ns/${kind}`));
    expect(await sh('ps')).toContain('sleep 5432');
    const { status } = await insides.user.runtime.podSandboxStatus({ podSandboxId: pod.podSandboxId });
    expect(status?.linux?.namespaces?.options).toMatchObject(namespaceOptions);
    expect(status?.network?.ip).toBe('');
  });

  it('a pod may have a user namespace, with the ids that it was given', async () => {
    const mapping = [{ hostId: 300_000, containerId: 0, length: 1000 }];
    const usernsOptions = { mode: POD, uids: mapping, gids: [{ ...mapping[0], hostId: 400_000 }] };
    const namespaceOptions = { ...ownNamespaces, usernsOptions };
    const pod = await insides.pod({ linux: { securityContext: { namespaceOptions } } });
    const { sh } = await insides.start(pod, secured({ namespaceOptions }));
    const maps = (await sh('cat /proc/self/uid_map /proc/self/gid_map'))
      .split('\n')
      .map((line) => line.trim().split(/ +/));
    expect(maps).toEqual([
      ['0', '300000', '1000'],
      ['0', '400000', '1000'],
    ]);
  });

  it('a pod runs with the runtime of its handler', async () => {
    const pod = await insides.pod({}, 'crun');
    const { containerId, sh } = await insides.start(pod);
    expect(await sh('echo runs')).toBe('runs');
    const { status } = await insides.user.runtime.podSandboxStatus({ podSandboxId: pod.podSandboxId });
    expect(status?.runtimeHandler).toBe('crun');
    const { info } = await insides.user.runtime.containerStatus({ containerId, verbose: true });
    expect(JSON.parse(info['info'] ?? '{}')).toMatchObject({ runtimeType: 'crun' });
  });

  it('the resources of a pod are recorded, as they are made and as v1 updates them', async () => {
    const linux = { overhead: { cpuShares: 2n }, resources: { memoryLimitInBytes: 1n } };
    const { podSandboxId } = await insides.pod({ linux });
    const resources = { memoryLimitInBytes: 2n };
    if (withV1) await insides.v1.runtime.updatePodSandboxResources({ podSandboxId, resources });
    const { info } = await insides.user.runtime.podSandboxStatus({ podSandboxId, verbose: true });
    expect(JSON.parse(info['info'] ?? '{}')).toMatchObject({
      config: { overhead: { cpuShares: 2 }, resources: { memoryLimitInBytes: withV1 ? 2 : 1 } },
    });
  });
});
