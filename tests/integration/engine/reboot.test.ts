import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, makeBed } from '../../support/bed.ts';
import { type BothClients, type ClientV1, type ClientV1alpha2, connectBoth } from '../../support/clients.ts';
import { type SpawnedDaemon, startDaemon } from '../../support/daemon.ts';
import { differences } from '../../support/inventory.ts';
import { CONTAINER, containerConfig, NODE, POD, podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';

let bed: Bed;
let daemon: SpawnedDaemon;
let clients: BothClients;

beforeAll(async () => {
  bed = makeBed('reboot', 94);
  daemon = await startDaemon(bed);
  clients = connectBoth(bed.socket);
});

afterAll(async () => {
  for (const client of clients) client.close();
  await daemon.stop();
  bed.dispose();
});

/** Own namespaces; an init that its containers share; the host's network. */
const NAMESPACES = [
  { network: POD, ipc: POD, pid: CONTAINER },
  { network: POD, ipc: POD, pid: POD },
  { network: NODE, ipc: NODE, pid: CONTAINER },
];

const CODE = 7;
const EXITED = 2;
const NOT_READY = 1;

const recordOf = (containerId: string): string =>
  readFileSync(join(bed.graph, 'containers', `${containerId}.json`), 'utf8');

/** A pod with a container that runs, one that has ended, and one that was never started. */
const makePod = async (namespaceOptions: (typeof NAMESPACES)[number]) => {
  const [{ runtime }] = clients;
  const linux = { securityContext: { namespaceOptions } };
  const sandboxConfig = podConfig(bed, { linux });
  const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig });
  const make = async (name: string, script?: string): Promise<string> => {
    const command = script === undefined ? {} : { command: ['sh', '-c', script] };
    const config = containerConfig(name, { linux, ...command });
    return (await runtime.createContainer({ podSandboxId, config, sandboxConfig })).containerId;
  };
  const [runs, ended, created] = [await make('runs'), await make('ended', `exit ${CODE}`), await make('created')];
  for (const containerId of [runs, ended]) await runtime.startContainer({ containerId });
  await until('it has ended', async () => {
    const { status } = await runtime.containerStatus({ containerId: ended });
    return status?.state === EXITED;
  });
  // Clients see an end before it is written down, and a power loss leaves what was written.
  await until('its end is kept', () => recordOf(ended).includes('"exited"'));
  return { podSandboxId, runs, ended, created };
};

const listing = async ({ runtime }: ClientV1alpha2 | ClientV1) => ({
  pods: (await runtime.listPodSandbox({})).items,
  containers: (await runtime.listContainers({})).containers,
});

it('after a reboot pods are not ready, their containers have ended, and both are removed with nothing left', async () => {
  const pods = [];
  for (const namespaces of NAMESPACES) pods.push(await makePod(namespaces));
  await daemon.kill();
  bed.reboot();
  daemon = await startDaemon(bed);

  for (const client of clients) {
    const { pods: seen, containers } = await listing(client);
    expect(seen.map(({ state }) => state)).toEqual(pods.map(() => NOT_READY));
    expect(containers.map(({ state }) => state)).toEqual(pods.flatMap(() => [EXITED, EXITED, EXITED]));
    for (const { runs, ended } of pods) {
      const codes = [runs, ended].map(
        async (containerId) => (await client.runtime.containerStatus({ containerId })).status,
      );
      expect(await Promise.all(codes)).toMatchObject([
        { exitCode: 255, reason: 'Unknown' },
        { exitCode: CODE, reason: 'Error' },
      ]);
    }
    expect(differences(bed, { pods: seen, containers, halfStopped: seen.map(({ id }) => id) })).toEqual([]);
  }

  // As a kubelet does, which makes the pod anew and takes the old one away.
  const { podSandboxId } = await clients[1].runtime.runPodSandbox({ config: podConfig(bed) });
  for (const [index, pod] of pods.entries()) {
    const { runtime } = clients[index % 2 === 0 ? 1 : 0];
    await runtime.stopPodSandbox({ podSandboxId: pod.podSandboxId });
    for (const containerId of [pod.runs, pod.ended, pod.created]) await runtime.removeContainer({ containerId });
    await runtime.removePodSandbox({ podSandboxId: pod.podSandboxId });
  }
  await until('the host has the new pod and nothing else', async () => {
    const now = await listing(clients[0]);
    return now.pods.length === 1 && differences(bed, now).length === 0;
  });
  await clients[0].runtime.removePodSandbox({ podSandboxId });
  expect(differences(bed, { pods: [], containers: [] })).toEqual([]);
});
