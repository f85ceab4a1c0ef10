import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containerConfig, podConfig } from '../support/requests.ts';
import { containerFields } from './container-fields.ts';
import { pairs } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ name: 'fields', octet: 37 });
});
afterAll(() => world.close());

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe.each(pairs)('asked for over $maker, seen over $user', ({ maker, user }) => {
  let podSandboxId: string;
  beforeAll(async () => {
    ({ podSandboxId } = await world.client(maker).runtime.runPodSandbox({ config: podConfig(world.bed) }));
  });
  afterAll(() => world.client(user).runtime.removePodSandbox({ podSandboxId }));

  it.each(containerFields.map((field, index) => ({ ...field, name: `field-${index}` })))(
    '$fields.0: $why',
    async ({ config, probe, shows, name }) => {
      const { runtime } = world.client(maker);
      const { containerId } = await runtime.createContainer({
        podSandboxId,
        config: containerConfig(name, config(world.bed)),
      });
      try {
        await runtime.startContainer({ containerId });
        const { stdout } = await world.client(user).runtime.execSync({ containerId, cmd: ['sh', '-c', probe] });
        expect(text(stdout)).toMatch(shows);
      } finally {
        await runtime.removeContainer({ containerId });
      }
    },
  );
});

describe.each(pairs)('a pod asked for over $maker, seen over $user', ({ maker, user }) => {
  const seen = async (parts: Parameters<typeof podConfig>[1], probe: string): Promise<string> => {
    const config = podConfig(world.bed, parts);
    const { runtime } = world.client(maker);
    const { podSandboxId } = await runtime.runPodSandbox({ config });
    try {
      const { containerId } = await runtime.createContainer({ podSandboxId, config: containerConfig('main') });
      await runtime.startContainer({ containerId });
      const { stdout } = await world.client(user).runtime.execSync({ containerId, cmd: ['sh', '-c', probe] });
      return text(stdout);
    } finally {
      await world.client(user).runtime.removePodSandbox({ podSandboxId });
    }
  };

  it('has its host name, its name servers and its sysctls', async () => {
    const dnsConfig = { servers: ['10.0.0.10'], searches: ['a.example', 'b.example'], options: ['ndots:5'] };
    const sysctls = { 'net.ipv4.ip_unprivileged_port_start': '81', 'kernel.shm_rmid_forced': '1' };
    const linux = { sysctls, securityContext: podConfig(world.bed).linux?.securityContext ?? {} };
    const probe =
      'hostname; cat /etc/resolv.conf /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced';
    expect(await seen({ hostname: 'web-1', dnsConfig, linux }, probe)).toBe(
      'web-1\nsearch a.example b.example\nnameserver 10.0.0.10\noptions ndots:5\n81\n1\n',
    );
  });

  it('has its cgroup parent', async () => {
    const linux = {
      cgroupParent: `${world.bed.cgroupParent}/kubepods/pod7`,
      securityContext: podConfig(world.bed).linux?.securityContext ?? {},
    };
    expect(await seen({ linux }, 'cat /proc/1/cgroup')).toMatch(
      new RegExp(`memory:${world.bed.cgroupParent}/kubepods/pod7/[0-9a-f]{64}$`, 'm'),
    );
  });
});
