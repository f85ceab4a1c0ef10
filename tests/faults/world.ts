import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry } from '../contract/support/registry.ts';
import type { AnyClient } from '../contract/support/world.ts';
import { type Bed, makeBed } from '../support/bed.ts';
import { connectBoth } from '../support/clients.ts';
import { type SpawnedDaemon, startDaemon } from '../support/daemon.ts';
import { differences } from '../support/inventory.ts';
import { registryWithOwnImage } from '../support/own-image.ts';
import { until } from '../support/wait.ts';

/** A daemon with failpoints, which is started again when one of them has killed it. */
export interface FaultWorld {
  readonly bed: Bed;
  readonly registry: Registry;
  readonly clients: readonly [AnyClient, AnyClient];
  /** Puts a fault into a stage, until `disarm`. */
  arm(entry: string): void;
  disarm(): void;
  /** How many failpoints the daemon has met. */
  met(): number;
  /** Resolves when the daemon has ended. */
  died(): Promise<void>;
  /** A new daemon after the last one has ended. */
  revive(): Promise<void>;
  /** A new daemon if a cell that failed has left none. */
  ensure(): Promise<void>;
  /** Resolves when the host has exactly what clients are told of, but for what is left of a pod whose stop did not come to its end. */
  settled(...halfStopped: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export const openFaultWorld = async (name: string, octet: number): Promise<FaultWorld> => {
  const bed = makeBed(name, octet);
  const registry = await registryWithOwnImage(bed);
  const failpoints = join(bed.directory, 'failpoints');
  const write = (text: string): void => writeFileSync(failpoints, text);
  write('');
  const start = (): Promise<SpawnedDaemon> =>
    startDaemon(bed, { 'insecure-registries': [registry.address] }, { JANUS_FAILPOINTS: failpoints });
  let daemon = await start();
  const clients = connectBoth(bed.socket);
  const list = async () => {
    const { runtime } = clients[0];
    const [pods, { containers }] = [await runtime.listPodSandbox({}), await runtime.listContainers({})];
    return { pods: pods.items, containers };
  };
  let last: readonly string[] = [];
  const agrees = async (halfStopped: readonly string[]): Promise<boolean> => {
    last = differences(bed, { ...(await list()), halfStopped });
    return last.length === 0;
  };
  return {
    bed,
    registry,
    clients,
    arm: (entry) => write(entry),
    disarm: () => write(''),
    met: () => daemon.log().split('failpoint').length - 1,
    died: () => daemon.ended,
    revive: async () => {
      await daemon.ended;
      daemon = await start();
    },
    ensure: async () => {
      if (daemon.hasEnded()) daemon = await start();
    },
    settled: async (...halfStopped) => {
      await until('the host has what clients are told of', () => agrees(halfStopped), 15).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${last.join(', ')}`);
      });
    },
    close: async () => {
      for (const client of clients) client.close();
      await daemon.stop();
      await registry.close();
      bed.dispose();
    },
  };
};
