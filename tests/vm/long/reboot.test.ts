import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leftIn, type Pod, removePod, runContainer, runPod } from '../support/pods.ts';
import { type Driver, openWorld, type World } from '../support/world.ts';

const NOT_READY = 1;
const EXITED = 2;
let world: World;

beforeAll(async () => {
  world = await openWorld();
  await world.configure('systemd');
});
afterAll(() => world.close());

/** Leases of addresses, and directories of pods and containers. */
const leftOnDisk = (): Promise<string> =>
  world.guest.sh(`ls /var/lib/cni/networks/pods | grep -E '^[0-9.]+$' || true
    find /var/lib/janus /run/janus -regextype posix-extended -regex '.*/(sandboxes|containers|layers)/[0-9a-f]{64}.*' || true`);

describe.each(['reboot', 'power'] as const)('after %s', (how) => {
  const pods: Pod[] = [];
  const containers: string[] = [];

  beforeAll(async () => {
    for (const runtime of ['runc', 'crun']) {
      const pod = await runPod(world, { driver: 'systemd' satisfies Driver, runtime });
      pods.push(pod);
      containers.push(await runContainer(world, pod));
    }
    await world.restart(how);
  }, 1_200_000);

  test('the daemon came up by its unit', async () => {
    expect(await world.guest.sh('systemctl is-active janusd; systemctl show -p NRestarts --value janusd')).toBe(
      'active\n0',
    );
  });

  test('the pods are not ready, and their containers have ended', async () => {
    const { runtime } = world.client;
    const { items } = await runtime.listPodSandbox({});
    expect(items.map(({ id, state }) => [id, state]).toSorted()).toEqual(
      pods.map(({ id }) => [id, NOT_READY]).toSorted(),
    );
    for (const containerId of containers) {
      const { status } = await runtime.containerStatus({ containerId });
      expect(status).toMatchObject({ state: EXITED, finishedAt: expect.toSatisfy((at: bigint) => at > 0n) });
    }
  });

  test('a new pod of the same name runs beside, with its network', async () => {
    const [old] = pods;
    if (old === undefined) throw new Error('no pod');
    await world.guest.sh(`systemctl start ${old.parent}`);
    const metadata = { ...old.config.metadata, attempt: 1 };
    const config = { ...old.config, metadata } as Pod['config'];
    const { podSandboxId } = await world.client.runtime.runPodSandbox({ config, runtimeHandler: old.runtime });
    const again: Pod = { ...old, id: podSandboxId, config };
    const container = await runContainer(world, again);
    const { status } = await world.client.runtime.podSandboxStatus({ podSandboxId });
    const address = status?.network?.ip ?? '';
    const cmd = ['ip', 'address', 'show', 'eth0'];
    const { stdout } = await world.client.runtime.execSync({ containerId: container, cmd, timeout: 60n });
    expect(Buffer.from(stdout).toString()).toContain(`inet ${address}/`);
    await removePod(world, again);
  });

  test('they are removed, and nothing of them is left', async () => {
    for (const { id } of pods) await world.client.runtime.removePodSandbox({ podSandboxId: id });
    await expect.poll(() => leftIn(world)).toBe('');
    expect(await leftOnDisk()).toBe('');
  });
});
