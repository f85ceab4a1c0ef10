import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { initOf } from '../support/cgroups.ts';
import { get } from '../support/http.ts';
import { READ_ONLY } from '../support/kubelet.ts';
import { makeNode, type Node } from '../support/node.ts';
import { asked } from '../support/options.ts';
import { container, idOf, isReady, pod, SLEEP, statusOf } from '../support/pods.ts';
import { usageAtRest } from '../support/usage.ts';

const COUNT = 60;
const REST_SECONDS = 60;
const { release } = asked();

let node: Node;
const rows: string[] = [];

const rest = async (title: string): Promise<void> => {
  const { engine, kubelet } = await usageAtRest(node, REST_SECONDS);
  rows.push(`| ${title} | ${engine.toFixed(1)} | ${kubelet.toFixed(1)} |`);
};

const start = async (evented: boolean): Promise<void> => {
  await node.startDaemon('v1', { 'enable-pod-events': evented, 'log-level': 'INFO' });
  await node.startKubelet(release, { featureGates: { EventedPLEG: evented } });
  await until('all are ready', async () => (await node.pods()).filter(isReady).length === COUNT, 300);
};

beforeAll(() => {
  node = makeNode({ name: 'events', octet: 73 });
  for (let index = 0; index < COUNT; index += 1) node.put(pod(`pod-${index}`, [container('main', SLEEP)]));
});
afterAll(async () => {
  process.stdout.write(
    `\n| ${COUNT} pods at rest | janusd, % of a processor | kubelet, % |\n|---|---|---|\n${rows.join('\n')}\n`,
  );
  await node.close();
});

test('relisting each second', async () => {
  await start(false);
  await rest('without events');
});

test('the status follows the events', async () => {
  await node.kubelet().stop();
  await node.daemon().stop();
  await start(true);
  await rest('with events');
  const before = statusOf(await node.pod('pod-0'), 'main');
  // The kubelet would relist after five minutes only.
  process.kill(initOf(idOf(before)).pid, 'SIGKILL');
  const after = statusOf(
    await node.pod('pod-0', (seen) => isReady(seen) && statusOf(seen, 'main').restartCount > 0),
    'main',
  );
  expect(after.lastState.terminated).toMatchObject({ exitCode: 137 });
  const metrics = await get(`${READ_ONLY}/metrics`);
  expect(metrics).toMatch(/^kubelet_evented_pleg_connection_success_count [1-9]/m);
  expect(metrics).toMatch(/^kubelet_evented_pleg_connection_error_count 0/m);
});
