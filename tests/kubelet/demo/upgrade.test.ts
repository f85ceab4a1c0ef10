import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { type Identity, identityOf, lastLine, lostLines, speaks } from '../support/identity.ts';
import { makeNode, type Node } from '../support/node.ts';
import { type Api, releaseOf } from '../support/options.ts';
import { container, isReady, type Manifest, type Pod, pod } from '../support/pods.ts';

const [OLD, NEW] = [releaseOf('1.25'), releaseOf('1.29')];
const COUNT = 20;
const NAMES = Array.from({ length: COUNT }, (_, index) => `pod-${String(index + 1).padStart(2, '0')}`);

/** Numbered lines for as long as it lives. */
const SCRIPT = 'i=0; while true; do i=$((i+1)); echo "line $i"; sleep 0.5; done';
/** Patient: that an exec is slow on a busy machine is not what this is about. */
const probe = { exec: { command: ['true'] }, periodSeconds: 5, timeoutSeconds: 30 };

/** A static pod without a uid gets one of its own from each release of the kubelet, and is then another pod. Those of a server have one. */
const manifestOf = (name: string): Manifest => {
  const manifest = pod(name, [container('main', SCRIPT, { livenessProbe: probe, readinessProbe: probe })]);
  return { ...manifest, metadata: { ...manifest.metadata, uid: randomUUID() } };
};

let node: Node;
let before: ReadonlyMap<string, Identity>;
const rows: string[] = [];

beforeAll(() => {
  node = makeNode({ name: 'upgrade', octet: 70 });
});
afterAll(async () => {
  const head = [
    '| step | kubelet | speaks | pods ready | same processes | restarts | lines lost | addresses kept | seconds |',
    '|---|---|---|---|---|---|---|---|---|',
  ];
  process.stdout.write(`\n${[...head, ...rows].join('\n')}\n`);
  await node.close();
});

const allReady = (): Promise<readonly Pod[]> =>
  until(
    'all pods are ready',
    async () => {
      const pods = await node.pods();
      return pods.length === COUNT && pods.every(isReady) ? pods : undefined;
    },
    170,
  );

const identities = async (): Promise<ReadonlyMap<string, Identity>> =>
  new Map((await allReady()).map((found) => [found.metadata.name, identityOf(found)]));

interface Step {
  readonly title: string;
  readonly kubelet: string;
  readonly speaks: Api;
  readonly change: () => Promise<void>;
}

const restartDaemon = async (api: Api): Promise<void> => {
  await node.daemon().stop();
  await node.startDaemon(api);
};
const restartKubelet = async (release: typeof OLD): Promise<void> => {
  await node.kubelet().stop();
  await node.startKubelet(release);
};

const steps: readonly Step[] = [
  {
    title: 'enable-cri-v1 switched on, janusd restarted',
    kubelet: '1.25',
    speaks: 'v1alpha2',
    change: () => restartDaemon('v1'),
  },
  { title: 'the kubelet restarted', kubelet: '1.25', speaks: 'v1', change: () => restartKubelet(OLD) },
  { title: 'the kubelet upgraded', kubelet: '1.29', speaks: 'v1', change: () => restartKubelet(NEW) },
  { title: 'back: the old kubelet', kubelet: '1.25', speaks: 'v1', change: () => restartKubelet(OLD) },
  {
    title: 'back: enable-cri-v1 off, both restarted',
    kubelet: '1.25',
    speaks: 'v1alpha2',
    change: async () => {
      await restartDaemon('v1alpha2');
      await restartKubelet(OLD);
    },
  },
];

const row = (cells: readonly (string | number)[]): number => rows.push(`| ${cells.join(' | ')} |`);

test('twenty pods under kubelet 1.25 over v1alpha2', async () => {
  await node.startDaemon('v1alpha2');
  for (const name of NAMES) node.put(manifestOf(name));
  const begin = performance.now();
  await node.startKubelet(OLD);
  before = await identities();
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  row(['begin', '1.25', await speaks(node), before.size, '', 0, 0, '', seconds]);
  expect(await speaks(node)).toBe('v1alpha2');
});

const same = (after: ReadonlyMap<string, Identity>, key: keyof Identity): number =>
  [...before].filter(([name, identity]) => after.get(name)?.[key] === identity[key]).length;

test.each(steps)('$title', async (step) => {
  const begin = performance.now();
  await step.change();
  const spoken = await speaks(node);
  const after = await identities();
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  const lost = [...after.values()].map(({ logs }) => lostLines(logs)).reduce((sum, count) => sum + count, 0);
  const [processes, addresses] = [same(after, 'processes'), same(after, 'address')];
  const restarts = [...after.values()].reduce((sum, identity) => sum + identity.restarts, 0);
  row([step.title, step.kubelet, spoken, after.size, processes, restarts, lost, addresses, seconds]);
  expect(spoken).toBe(step.speaks);
  expect({ lost, restarts, processes, addresses }).toEqual({
    lost: 0,
    restarts: 0,
    processes: COUNT,
    addresses: COUNT,
  });
  expect(after).toEqual(before);
});

test('every pod wrote in every step, without a gap', async () => {
  const mark = new Map([...before].map(([name, { logs }]) => [name, lastLine(logs)]));
  await until('each pod writes on', () =>
    [...before].every(([name, { logs }]) => lastLine(logs) > (mark.get(name) ?? 0)),
  );
  expect([...before.values()].map(({ logs }) => lostLines(logs))).toEqual(Array.from({ length: COUNT }, () => 0));
});
