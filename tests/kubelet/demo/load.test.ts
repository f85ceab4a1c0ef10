import { afterAll, describe, expect, test } from 'vitest';
import type { Bed } from '../../support/bed.ts';
import { command } from '../../support/command.ts';
import { giveImages, startContainerd } from '../../support/containerd.ts';
import type { RunningDaemon } from '../../support/daemon.ts';
import { until } from '../../support/wait.ts';
import { makeNode, type NodeOptions } from '../support/node.ts';
import { asked } from '../support/options.ts';
import { container, isReady, pod, SLEEP } from '../support/pods.ts';
import { usageAtRest } from '../support/usage.ts';

const COUNT = Number(process.env['JANUS_PODS'] ?? 100);
const REST_SECONDS = 60;

const rows: string[] = [];
afterAll(() => {
  const head = [
    '| engine | pods | seconds until all are ready | engine, % of a processor | kubelet, % | engine, MB | kubelet, MB | engine, monitors and pods, PSS MB |',
    '|---|---|---|---|---|---|---|---|',
  ];
  process.stdout.write(`\n${[...head, ...rows].join('\n')}\n`);
});

const containerd = async (bed: Bed): Promise<RunningDaemon> => {
  const daemon = await startContainerd(bed);
  giveImages(bed);
  return daemon;
};

const engines: Readonly<Record<string, NodeOptions>> = {
  janus: { name: 'load1', octet: 71 },
  ...(command('sh', ['-c', 'command -v containerd']).status === 0 && {
    containerd: { name: 'load2', octet: 72, engine: containerd },
  }),
};

/** Many pods at once, as at the start of a node: nothing of the kubelet's own pace is to hold them up. */
const kubelet = { registryPullQPS: 0, eventRecordQPS: 0, kubeAPIQPS: 1000, kubeAPIBurst: 1000 };

describe.each(Object.entries(engines))('%s', (name, options) => {
  test(`${COUNT} pods become ready, and then rest`, async () => {
    const node = makeNode({ ...options, kubelet });
    try {
      const { release, api } = asked();
      await node.startDaemon(api, { 'log-level': 'INFO' });
      for (let index = 0; index < COUNT; index += 1) node.put(pod(`load-${index}`, [container('main', SLEEP)]));
      const begin = performance.now();
      await node.startKubelet(release);
      await until('all are ready', async () => (await node.pods()).filter(isReady).length === COUNT, 500);
      const seconds = (performance.now() - begin) / 1000;
      const usage = await usageAtRest(node, REST_SECONDS);
      const { engine, kubelet: own, engineMemory, kubeletMemory, allMemory } = usage;
      const figures = [seconds, engine, own, engineMemory, kubeletMemory, allMemory].map((figure) => figure.toFixed(1));
      rows.push(`| ${[name, COUNT, ...figures].join(' | ')} |`);
      expect((await node.pods()).filter(isReady).length).toBe(COUNT);
    } finally {
      await node.close();
    }
  });
});
