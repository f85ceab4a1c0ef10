import { inject } from 'vitest';
import { type ClientV1, connectV1 } from '../../support/clients.ts';
import { until } from '../../support/wait.ts';
import { enterGuest, type Guest } from './guest.ts';

export type Driver = 'systemd' | 'cgroupfs';

export interface World {
  readonly guest: Guest;
  readonly client: ClientV1;
  /** As an administrator changes the setting: the file, and `systemctl restart`. */
  configure(driver: Driver): Promise<void>;
  /** The machine's; Janus is started by systemd again. */
  restart(how: 'reboot' | 'power'): Promise<void>;
  /** Resolves when janusd answers. */
  serving(): Promise<unknown>;
  /** Makes the machine's janusd that of the build under test. */
  adopt(): Promise<void>;
  /** Removes every pod. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const NETWORK = {
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: '10.88.0.0/16' }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
  ],
};

const daemonConfig = (driver: Driver) => ({
  'systemd-cgroup': driver === 'systemd',
  'enable-cri-v1': true,
  'enable-pod-events': true,
  'network-plugin': 'cni',
  'log-driver': 'stdout',
  runtimes: { crun: { path: '/usr/bin/crun' } },
});

const serving = (client: ClientV1): Promise<unknown> =>
  until(
    'janusd serves',
    () =>
      // A connection to a machine that lost its power hangs, until something is sent on it again.
      client.runtime.version({}, { deadline: Date.now() + 30_000 }).then(
        () => true,
        () => false,
      ),
    600,
  );

/** janusd in the machine, as the unit of its package, with a client outside. */
export const openWorld = async (): Promise<World> => {
  const guest = enterGuest(inject('vmPort'));
  const client = connectV1(await guest.forward('/run/janus/janus.sock'));
  await guest.sh('mkdir -p /etc/cni/net.d');
  await guest.write('/etc/cni/net.d/10-pods.conflist', JSON.stringify(NETWORK));
  const adopt = async (): Promise<void> =>
    void (await guest.sh('systemctl -q enable /opt/janus/packaging/systemd/janusd.service'));
  await adopt();
  const clear = async (): Promise<void> => {
    const { items } = await client.runtime.listPodSandbox({});
    for (const { id } of items) await client.runtime.removePodSandbox({ podSandboxId: id });
  };
  return {
    guest,
    client,
    clear,
    adopt,
    serving: () => serving(client),
    configure: async (driver) => {
      await guest.sh('mkdir -p /etc/janus');
      await guest.write('/etc/janus/daemon.json', JSON.stringify(daemonConfig(driver)));
      await guest.sh('sync -f /etc/janus; systemctl restart janusd');
      await serving(client);
    },
    restart: async (how) => {
      await guest.restart(how);
      await serving(client);
    },
    close: async () => {
      await clear();
      await guest.sh('systemctl stop janusd');
      client.close();
      guest.close();
    },
  };
};
