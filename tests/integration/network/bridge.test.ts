import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { PodNetwork } from '../../../src/core/ports/pod-network.ts';
import { createCniNetwork } from '../../../src/network/cni.ts';
import { listening, never, sandboxWith, temporary } from '../../unit/network/support.ts';

const BRIDGE = 'jtst0';
const SUBNET = '10.213.77.0/24';
const HOST_PORT = 21377;
const BIN = '/usr/lib/cni';

const command = (...[path = '', ...args]: string[]): string => execFileSync(path, args, { encoding: 'utf8' });
const natRules = (): string => command('iptables-save', '-t', 'nat');
const links = (): string => command('ip', '-o', 'link');

/** Namespaces are shared by all who test on this machine: the name is this process's. */
const namespace = (suffix: string): string => {
  const name = `jtst-${process.pid}-${suffix}`;
  command('ip', 'netns', 'add', name);
  onTestFinished(() => {
    if (existsSync(`/run/netns/${name}`)) command('ip', 'netns', 'del', name);
  });
  return name;
};

/** Without a namespace the bridge plugin leaves its masquerading rules: those tests do without. */
const conflist = (dataDir: string, ipMasq: boolean): unknown => ({
  cniVersion: '1.0.0',
  name: 'jtst',
  plugins: [
    {
      type: 'bridge',
      bridge: BRIDGE,
      isGateway: true,
      ipMasq,
      ipam: { type: 'host-local', dataDir, ranges: [[{ subnet: SUBNET }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
    { type: 'bandwidth', capabilities: { bandwidth: true } },
  ],
});

interface Site {
  readonly confDir: string;
  readonly leases: () => readonly string[];
  readonly start: () => Promise<PodNetwork>;
}

const site = ({ ipMasq }: { ipMasq: boolean }): Site => {
  const root = temporary();
  const confDir = join(root, 'net.d');
  mkdirSync(confDir);
  writeFileSync(join(confDir, '10-jtst.conflist'), JSON.stringify(conflist(join(root, 'ipam'), ipMasq)));
  const start = async (): Promise<PodNetwork> => {
    const { logger } = listening();
    const network = await createCniNetwork({ confDir, binDirs: [BIN], cacheDir: join(root, 'cache'), logger });
    onTestFinished(() => network.close());
    return network;
  };
  const leases = (): readonly string[] => readdirSync(join(root, 'ipam/jtst')).filter((name) => name.startsWith('10.'));
  return { confDir, leases, start };
};

const published = sandboxWith({
  portMappings: [
    { protocol: 'tcp', containerPort: 80, hostPort: HOST_PORT, hostIp: '' },
    { protocol: 'tcp', containerPort: 81, hostPort: 0, hostIp: '' },
  ],
});

afterAll(() => {
  if (links().includes(`${BRIDGE}:`)) command('ip', 'link', 'del', BRIDGE);
});

test('a pod gets an address, a route and its port; DEL leaves nothing of them', async () => {
  const { start, leases } = site({ ipMasq: true });
  const network = await start();
  expect(network.readiness()).toEqual({ ready: true });
  const name = namespace('a');
  const [attachment] = await network.attach(published, `/run/netns/${name}`, never);

  expect(attachment).toMatchObject({ network: 'jtst', interfaceName: 'eth0' });
  const ip = attachment?.ips[0] ?? '';
  expect(ip).toMatch(/^10\.213\.77\.\d+$/);
  expect(leases()).toEqual([ip]);
  expect(command('ip', '-n', name, '-4', '-o', 'addr', 'show', 'eth0')).toContain(`${ip}/24`);
  expect(command('ip', '-n', name, 'route')).toContain('default via 10.213.77.1 dev eth0');
  expect(natRules()).toContain(`--dport ${HOST_PORT} -j DNAT --to-destination ${ip}:80`);
  expect(natRules()).not.toContain(`${ip}:81`);

  await network.detach(published, `/run/netns/${name}`, never);
  expect(leases()).toEqual([]);
  expect(natRules()).not.toContain(published.id.slice(0, 16));
  expect(natRules()).not.toContain(`--dport ${HOST_PORT}`);
  expect(command('ip', '-n', name, '-o', 'link')).not.toContain('eth0');
});

test('DEL works from what is kept when daemon, namespace and configuration are gone', async () => {
  const { start, leases, confDir } = site({ ipMasq: false });
  const name = namespace('b');
  await (await start()).attach(published, `/run/netns/${name}`, never);
  expect(leases()).toHaveLength(1);

  writeFileSync(join(confDir, '10-jtst.conflist'), '{');
  command('ip', 'netns', 'del', name);
  const after = await start();
  expect(after.readiness().ready).toBe(false);
  await after.detach(published, `/run/netns/${name}`, never);
  expect(leases()).toEqual([]);
  expect(natRules()).not.toContain(`--dport ${HOST_PORT}`);
  await after.detach(published, `/run/netns/${name}`, never);
});

test('a path whose namespace was unmounted is not handed to plugins', async () => {
  const { start, leases } = site({ ipMasq: false });
  const network = await start();
  const name = namespace('c');
  const sandbox = sandboxWith();
  await network.attach(sandbox, `/run/netns/${name}`, never);
  command('umount', `/run/netns/${name}`);
  await network.detach(sandbox, `/run/netns/${name}`, never);
  expect(leases()).toEqual([]);
});

test('the bandwidth of the annotations is set on the link', async () => {
  const { start } = site({ ipMasq: false });
  const network = await start();
  const path = `/run/netns/${namespace('d')}`;
  const sandbox = sandboxWith({
    annotations: { 'kubernetes.io/ingress-bandwidth': '10.24M', 'kubernetes.io/egress-bandwidth': '5M' },
  });
  await network.attach(sandbox, path, never);
  expect(command('tc', 'qdisc', 'show')).toMatch(/tbf .* rate 10240Kbit/);
  expect(command('tc', 'qdisc', 'show')).toMatch(/tbf .* rate 5Mbit/);
  await network.detach(sandbox, path, never);
  expect(command('tc', 'qdisc', 'show')).not.toMatch(/tbf .* rate 10240Kbit/);
  expect(links()).not.toMatch(/ bwp[0-9a-f]+/);
});
