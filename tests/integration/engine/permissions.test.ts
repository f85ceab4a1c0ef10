import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, makeBed } from '../../support/bed.ts';
import { type ClientV1, connectV1 } from '../../support/clients.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { containerConfig, POD, podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';

let bed: Bed;
let daemon: RunningDaemon;
let client: ClientV1;

beforeAll(async () => {
  bed = makeBed('modes', 66);
  daemon = await startDaemon(bed);
  client = connectV1(bed.socket);
});

afterAll(async () => {
  client.close();
  await daemon.stop();
  bed.dispose();
});

/**
 * What may be where, and its permissions; the first row that fits a path decides. What nobody but root can reach need not say so itself, but what Janus
 * makes does. `open`: what stands below is a container's, or another tool's.
 */
const ID = '[0-9a-f]{64}';
const TABLE: readonly (readonly [path: string, modes: readonly string[], open?: boolean])[] = [
  ['state|graph', ['d711']],
  ['(state|graph)/lock', ['-644']],
  ['(graph|state)/storage', ['d700', 'd711'], true],
  ['graph/(sandboxes|containers|networks)', ['d700']],
  [`graph/(sandboxes|containers|networks)/${ID}\\.json`, ['-600']],
  ['graph/(sandboxes|containers|networks)/\\.[0-9a-f]{12}\\.tmp', ['-600']], // a record that is being written
  ['graph/layers', ['d711']],
  [`graph/layers/${ID}`, ['d700'], true],
  ['state/(sandboxes|containers)', ['d711']],
  [`state/sandboxes/${ID}`, ['d700']],
  [`state/sandboxes/${ID}/(ns|init)`, ['d700'], true],
  [`state/sandboxes/${ID}/(hosts|hostname|resolv\\.conf)`, ['-644']],
  [`state/sandboxes/${ID}/shm`, ['d1777'], true],
  [`state/containers/${ID}`, ['d700']],
  [`state/containers/${ID}/(config\\.json|exec-.*)`, ['-600']],
  [`state/containers/${ID}/persist`, ['d700'], true],
  [`state/containers/${ID}/mounts`, ['d711'], true],
  [`state/containers/${ID}/rootfs`, ['d755'], true],
  [`state/containers/${ID}/attach`, ['s700']],
  [`state/containers/${ID}/(ctl|winsz)`, ['p640']],
  [`state/containers/${ID}/(conmon\\.)?pid`, ['-644']],
  ['state/(exits|runtimes)', ['d700'], true],
  ['state/init-root', ['d755'], true],
  ['state/programs', ['d700'], true],
  ['janus\\.sock', ['s660']],
  ['janusd\\.pid', ['-644']],
];

const KINDS: readonly (readonly [string, (path: Stats) => boolean])[] = [
  ['d', (found) => found.isDirectory()],
  ['s', (found) => found.isSocket()],
  ['p', (found) => found.isFIFO()],
  ['l', (found) => found.isSymbolicLink()],
  ['-', () => true],
];

/** Nothing for what has gone since its directory was read. */
const modeOf = (path: string): string | undefined => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const [kind = '-'] = KINDS.find(([, is]) => is(found)) ?? [];
  return `${kind}${(found.mode & 0o7777).toString(8)}${found.uid === 0 ? '' : ' not of root'}`;
};

/** What is not as the table says. */
const faultsBelow = (relative: string): readonly string[] =>
  readdirSync(join(bed.directory, relative)).flatMap((name) => {
    const path = relative === '' ? name : `${relative}/${name}`;
    const mode = modeOf(join(bed.directory, path));
    if (mode === undefined) return [];
    const row = TABLE.find(([pattern]) => new RegExp(`^(?:${pattern})$`).test(path));
    if (row === undefined) return relative === '' ? [] : [`${path} is in no row (${mode})`];
    const [, modes, open = false] = row;
    const below = mode.startsWith('d') && !open ? faultsBelow(path) : [];
    return modes.includes(mode) ? below : [`${path} has ${mode}, not ${modes.join(' or ')}`, ...below];
  });

it('every file, directory and socket of a daemon with pods has the permissions that it should', async () => {
  const shared = { securityContext: { namespaceOptions: { network: POD, ipc: POD, pid: POD } } };
  for (const linux of [undefined, shared]) {
    const config = podConfig(bed, linux === undefined ? {} : { linux });
    const { podSandboxId } = await client.runtime.runPodSandbox({ config });
    for (const [name, command] of [
      ['runs', ['sleep', '1000']],
      ['ends', ['true']],
    ] as const) {
      const container = containerConfig(name, { command: [...command], ...(linux !== undefined && { linux }) });
      const request = { podSandboxId, config: container, sandboxConfig: config };
      const { containerId } = await client.runtime.createContainer(request);
      await client.runtime.startContainer({ containerId });
      if (name === 'ends')
        await until('it has ended', async () => {
          const { status } = await client.runtime.containerStatus({ containerId });
          return status?.state === 2;
        });
    }
  }
  expect(faultsBelow('')).toEqual([]);
  const { items } = await client.runtime.listPodSandbox({});
  for (const { id } of items) await client.runtime.removePodSandbox({ podSandboxId: id });
});
