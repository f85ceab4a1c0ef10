import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { container, idOf, isReady, type Manifest, type Pod, pod, SLEEP, statusOf } from '../../kubelet/support/pods.ts';
import { until } from '../../support/wait.ts';
import { readFiles } from '../support/files.ts';
import { type Kubelet, openKubelet } from '../support/kubelet.ts';
import { leftIn, pidOf, slicePath } from '../support/pods.ts';
import { openWorld, type World } from '../support/world.ts';

const MIB = 1024 * 1024;
/** A probe is not what is slow in an emulated machine. */
const probe = { periodSeconds: 2, failureThreshold: 3, timeoutSeconds: 60 };
const exec = (script: string) => ({ ...probe, exec: { command: ['sh', '-c', script] } });
const http = { ...probe, failureThreshold: 30, httpGet: { path: '/word', port: 8080 } };
const tcp = { ...probe, failureThreshold: 30, tcpSocket: { port: 8080 } };
const shared = { volumeMounts: [{ name: 'shared', mountPath: '/shared' }] };
const quantities = { cpu: '200m', memory: '64Mi' };

const manifests: readonly Manifest[] = [
  pod('guaranteed', [container('main', SLEEP, { resources: { requests: quantities, limits: quantities } })]),
  pod('burstable', [
    container('main', SLEEP, { resources: { requests: { cpu: '100m' }, limits: { memory: '128Mi' } } }),
  ]),
  pod(
    'two',
    [
      container('web', 'httpd -f -p 8080 -h /shared', {
        ...shared,
        startupProbe: tcp,
        livenessProbe: http,
        readinessProbe: http,
      }),
      container('reader', `until wget -q -O /tmp/word http://127.0.0.1:8080/word; do sleep 1; done; ${SLEEP}`, {
        ...shared,
        readinessProbe: { ...exec('cmp /tmp/word /shared/word'), periodSeconds: 10 },
      }),
    ],
    {
      volumes: [{ name: 'shared', emptyDir: {} }],
      initContainers: [container('init', 'echo hello > /shared/word', shared)],
    },
  ),
  // Once: the second time the volume says that it has been there.
  pod(
    'failing',
    [
      container('main', `mkdir /shared/once && rm -f /up || touch /up; ${SLEEP}`, {
        ...shared,
        livenessProbe: exec('test -e /up'),
      }),
    ],
    { volumes: [{ name: 'shared', emptyDir: {} }] },
  ),
  pod('hungry', [container('main', 'exec tail /dev/zero', { resources: { limits: { memory: '40Mi' } } })]),
];
const steady = ['guaranteed', 'burstable', 'two'];

let world: World;
let kubelet: Kubelet;
beforeAll(async () => {
  world = await openWorld();
  await world.configure('systemd');
  kubelet = await openKubelet(world);
  for (const manifest of manifests) await kubelet.put(manifest);
}, 1_200_000);
afterAll(async () => {
  await kubelet.close();
  await world.clear();
  const left = await leftIn(world);
  await world.close();
  expect(left).toBe('');
}, 1_200_000);

const mainId = (found: Pod): string => idOf(statusOf(found, found.status.containerStatuses?.[0]?.name ?? ''));

describe.each([
  ['guaranteed', 'Guaranteed', []],
  ['burstable', 'Burstable', ['burstable']],
  ['two', 'BestEffort', ['besteffort']],
] as const)('%s', (name, qosClass, parts) => {
  test(`is in the slice of the class ${qosClass}`, async () => {
    const found = await kubelet.pod(name);
    expect(found.status.qosClass).toBe(qosClass);
    const pid = await pidOf(world, mainId(found));
    const slice = slicePath(['kubepods', ...parts, `pod${found.metadata.uid}`]);
    expect(await world.guest.sh(`cat /proc/${pid}/cgroup`)).toBe(`0::${slice}/janus-${mainId(found)}.scope`);
  });
});

test('limits are in the cgroup, and known to systemd', async () => {
  const found = await kubelet.pod('guaranteed');
  const directory = await world.guest.sh(`find /sys/fs/cgroup -name 'janus-${mainId(found)}.scope'`);
  const files = await readFiles(world, directory, ['memory.max', 'cpu.max', 'cpu.weight']);
  expect(files.value('memory.max')).toBe(BigInt(64 * MIB));
  expect(files.text('cpu.max')).toBe('20000 100000');
  // 204 shares.
  expect(files.text('cpu.weight')).toBe('8');
  const properties = await world.guest.sh(`systemctl show -P MemoryMax -P CPUWeight janus-${mainId(found)}.scope`);
  expect(properties.split('\n').toSorted()).toEqual(['8', String(64 * MIB)].toSorted());
});

test('two containers share network and volume, after their init container, and are probed by exec, HTTP and TCP', async () => {
  const found = await kubelet.pod('two');
  expect(statusOf(found, 'init').state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  expect(statusOf(found, 'web')).toMatchObject({ started: true, ready: true, restartCount: 0 });
  expect(statusOf(found, 'reader')).toMatchObject({ ready: true, restartCount: 0 });
});

test('a probe that fails restarts the container', async () => {
  const found = await kubelet.pod('failing', (seen) => statusOf(seen, 'main').restartCount > 0 && isReady(seen));
  expect(statusOf(found, 'main').lastState.terminated?.containerID).toMatch(/^janus:\/\/[0-9a-f]{64}$/);
});

test('a container that eats more than its memory is OOMKilled', async () => {
  const found = await kubelet.pod('hungry', (seen) => statusOf(seen, 'main').lastState.terminated !== undefined);
  expect(statusOf(found, 'main').lastState.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
});

type Figures = Readonly<Record<string, number | undefined>>;
interface Summary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string };
    readonly network?: Figures;
    readonly containers: readonly { readonly cpu?: Figures; readonly memory?: Figures; readonly rootfs?: Figures }[];
  }[];
}

test('/stats/summary has processor, memory, file system and network of the pod', async () => {
  await kubelet.pod('two');
  const positive = (value = 0): boolean => value > 0;
  await until(
    'all figures are there',
    async () => {
      const { pods } = await kubelet.get<Summary>('/stats/summary');
      const found = pods.find(({ podRef }) => podRef.name === 'two-node');
      const ofContainers = found?.containers.every(
        ({ cpu, memory, rootfs }) =>
          positive(cpu?.['usageCoreNanoSeconds']) &&
          positive(memory?.['workingSetBytes']) &&
          positive(rootfs?.['usedBytes']),
      );
      return ofContainers === true && positive(found?.network?.['txBytes']);
    },
    600,
  );
});

/** Containers with their pids, restarts and starts. */
const running = () =>
  Promise.all(
    steady.map(async (name) => {
      const found = await kubelet.pod(name);
      const statuses = found.status.containerStatuses ?? [];
      const pids = await Promise.all(statuses.map((status) => pidOf(world, idOf(status))));
      return statuses.map(({ containerID, restartCount, state }, index) => ({
        ...{ name, containerID, restartCount, state },
        pid: pids[index],
      }));
    }),
  );

describe.each([
  ['the kubelet is restarted', 'systemctl restart kubelet'],
  ['janusd is restarted', 'systemctl restart janusd'],
  ['both are killed', 'systemctl kill --kill-whom=main -s KILL kubelet janusd'],
])('when %s', (_, command) => {
  test('no container is, and a new pod comes up', async () => {
    const before = await running();
    await world.guest.sh(command);
    await world.serving();
    await kubelet.serving();
    const name = `new-${command.length}`;
    await kubelet.put(pod(name, [container('main', SLEEP)]));
    await kubelet.pod(name);
    expect(await running()).toEqual(before);
  });
});
