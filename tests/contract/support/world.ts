import { type Bed, makeBed } from '../../support/bed.ts';
import { type ClientV1, type ClientV1alpha2, connectV1, connectV1alpha2 } from '../../support/clients.ts';
import { crunRuntime } from '../../support/crun.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { type Registry, startRegistry } from './registry.ts';
import { type Version, withV1 } from './versions.ts';
import { connectWire, type Wire } from './wire.ts';

export type AnyClient = ClientV1 | ClientV1alpha2;

/** A daemon of its own, with a registry, and clients of both versions. */
export interface World {
  readonly bed: Bed;
  readonly registry: Registry;
  readonly wire: Wire;
  client(version: Version): AnyClient;
  /** SIGTERM and a new daemon; the clients go on. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** As makeBed takes them. */
  readonly name: string;
  readonly octet: number;
  readonly enableCriV1?: boolean;
  /** More of daemon.json. */
  readonly config?: (bed: Bed) => Readonly<Record<string, unknown>>;
}

const removePods = async ({ runtime }: ClientV1alpha2): Promise<void> => {
  const { items } = await runtime.listPodSandbox({});
  await Promise.all(items.map(({ id }) => runtime.removePodSandbox({ podSandboxId: id })));
};

export const openWorld = async ({
  name,
  octet,
  enableCriV1 = withV1,
  config = () => ({}),
}: WorldOptions): Promise<World> => {
  const bed = makeBed(name, octet);
  const registry = await startRegistry(bed);
  const extra = config(bed);
  const start = (): Promise<RunningDaemon> =>
    startDaemon(bed, {
      'enable-cri-v1': enableCriV1,
      // Over v1 a pod's status then says more.
      'enable-pod-events': enableCriV1,
      'insecure-registries': [registry.address],
      runtimes: crunRuntime(bed),
      ...extra,
    });
  let daemon = await start();
  const clients = { v1: connectV1(bed.socket), v1alpha2: connectV1alpha2(bed.socket) };
  const wire = connectWire(bed.socket);
  return {
    bed,
    registry,
    wire,
    client: (version) => clients[version],
    restart: async () => {
      await daemon.stop();
      daemon = await start();
    },
    close: async () => {
      await removePods(clients.v1alpha2);
      for (const client of [clients.v1, clients.v1alpha2, wire]) client.close();
      await daemon.stop();
      await registry.close();
      bed.dispose();
    },
  };
};
