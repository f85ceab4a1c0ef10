import { afterAll, beforeAll, expect, test } from 'vitest';
import { IMAGE } from '../support/bed.ts';
import { until } from '../support/wait.ts';
import { run } from './support/api.ts';
import { get, getJson } from './support/http.ts';
import { READ_ONLY } from './support/kubelet.ts';
import { fullName, type Node, openNode } from './support/node.ts';
import { asked } from './support/options.ts';
import { container, pod, SLEEP } from './support/pods.ts';

const MIB = 1024 * 1024;
const BUSY = 'mkdir /www; head -c 2097152 /dev/zero > /www/big; httpd -p 8080 -h /www; while true; do :; done';

let node: Node;
beforeAll(async () => {
  node = await openNode({ name: 'kstats', octet: 75 });
  const resources = { requests: { cpu: '100m' }, limits: { cpu: '500m' } };
  node.put(pod('busy', [container('main', BUSY, { resources })]));
  // A kubelet 1.23 has a pod's ephemeral storage only if the pod has a volume.
  const volumeMounts = [{ name: 'scratch', mountPath: '/scratch' }];
  node.put(
    pod('reader', [container('main', SLEEP, { volumeMounts })], { volumes: [{ name: 'scratch', emptyDir: {} }] }),
  );
});
afterAll(() => node.close());

interface Figures {
  readonly [key: string]: number;
}
interface Summary {
  readonly node: { readonly runtime?: { readonly imageFs: Figures } };
  readonly pods: readonly {
    readonly podRef: { readonly name: string };
    readonly cpu?: Figures;
    readonly memory?: Figures;
    readonly network?: Figures;
    readonly volume?: readonly Figures[];
    readonly 'ephemeral-storage'?: Figures;
    readonly containers: readonly {
      readonly name: string;
      readonly cpu?: Figures;
      readonly memory?: Figures;
      readonly rootfs?: Figures;
      readonly logs?: Figures;
    }[];
  }[];
}

const summary = (): Promise<Summary> => getJson(`${READ_ONLY}/stats/summary`);
const podIn = ({ pods }: Summary, name: string) => pods.find(({ podRef }) => podRef.name === fullName(name));
const above = (least: number) => expect.toSatisfy((value: number) => value > least, `more than ${least}`);

/** Into the root of one pod, out of another. */
const download = async (): Promise<void> => {
  const { status } = await node.pod('busy');
  await node.pod('reader');
  const main = { pod: fullName('reader'), container: 'main' };
  await run(main, `wget -q -O /tmp/big http://${status.podIP ?? ''}:8080/big`);
};

test('/stats/summary has cpu, memory and file system of each pod', async () => {
  await download();
  const seen = await until(
    'the written file is in the figures',
    async () => {
      const found = podIn(await summary(), 'reader');
      const [only] = found?.containers ?? [];
      // Those of the pod as a whole may be cAdvisor's, which has its own pace.
      const whole = [found?.memory?.['usageBytes'], found?.memory?.['workingSetBytes']].every((bytes = 0) => bytes > 0);
      const written = [only?.rootfs, found?.['ephemeral-storage']].every(
        (figures) => (figures?.['usedBytes'] ?? 0) > 2 * MIB,
      );
      return whole && written ? found : undefined;
    },
    90,
  );
  expect(seen.memory).toMatchObject({ workingSetBytes: above(0), usageBytes: above(0) });
  expect(seen['ephemeral-storage']).toMatchObject({ usedBytes: above(2 * MIB), capacityBytes: above(0) });
  const [only] = seen.containers;
  expect(only).toMatchObject({
    name: 'main',
    cpu: { usageCoreNanoSeconds: above(0) },
    memory: { workingSetBytes: above(0) },
    rootfs: { usedBytes: above(2 * MIB), capacityBytes: above(0), inodesUsed: above(0) },
    logs: { capacityBytes: above(0) },
  });
});

/** Fails when the traffic does not come to be in the figures. */
const networkOf = (name: string): Promise<Figures> =>
  until(
    'the traffic is in the figures',
    async () => {
      const seen = podIn(await summary(), name)?.network;
      return (seen?.['rxBytes'] ?? 0) > 2 * MIB ? seen : undefined;
    },
    90,
  );

test('/stats/summary has the network of each pod', async () => {
  await download();
  expect(await networkOf('reader')).toMatchObject({ rxErrors: 0, txBytes: above(0) });
});

/** Whether one of the lines is of that metric and has those labels. */
const hasFigure = (text: string, metric: string, ...labels: readonly string[]): boolean =>
  text.split('\n').some((line) => line.startsWith(`${metric}{`) && labels.every((label) => line.includes(`${label}"`)));

test('/metrics/cadvisor says which pod and container its figures are of', async () => {
  const pod = [`namespace="default`, `pod="${fullName('reader')}`];
  const main = [...pod, 'container="main', `image="${IMAGE}`];
  await until(
    'all figures are there',
    async () => {
      const text = await get(`${READ_ONLY}/metrics/cadvisor`);
      const ofMain = ['container_cpu_usage_seconds_total', 'container_memory_working_set_bytes'];
      return (
        hasFigure(text, 'container_network_receive_bytes_total', ...pod, 'interface="eth0') &&
        ofMain.every((metric) => hasFigure(text, metric, ...main))
      );
    },
    60,
  );
});

test('what works is seen to work: the rate of the processor, and its time', async () => {
  const seen = await until(
    'the rate of the processor',
    async () => {
      const found = podIn(await summary(), 'busy');
      const rates = [found?.containers[0]?.cpu, found?.cpu].map((figures) => figures?.['usageNanoCores'] ?? 0);
      return rates.every((rate) => rate > 50_000_000) ? found : undefined;
    },
    60,
  );
  expect(seen.cpu).toMatchObject({ usageNanoCores: above(50_000_000), usageCoreNanoSeconds: above(1e8) });
});

test('the file system of the images is known', async () => {
  const { node: own } = await summary();
  expect(own.runtime?.imageFs).toMatchObject({ usedBytes: above(MIB), capacityBytes: above(0), inodesUsed: above(0) });
});

// 1.25 asks too, but throws the answer away and goes on with cAdvisor's figures.
test('a kubelet that takes its figures over CRI has them as well', async () => {
  await node.kubelet().stop();
  const { release, api } = asked();
  const mark = node.daemon().log().length;
  await node.startKubelet(release, { featureGates: { PodAndContainerStatsFromCRI: true } });
  await node.pod('reader');
  expect(await networkOf('reader')).toMatchObject({ rxErrors: 0, txBytes: above(0) });
  expect(node.daemon().log().slice(mark)).toContain(` version=${api} method=ListPodSandboxStats code=OK`);
  expect(podIn(await summary(), 'reader')?.memory).toMatchObject({ workingSetBytes: above(0) });
});
