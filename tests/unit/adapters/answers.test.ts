import { afterEach, describe, expect, test } from 'vitest';
import * as v1Api from '../../../src/adapters/v1/generated/api.ts';
import { adapter as v1 } from '../../../src/adapters/v1/index.ts';
import * as cri from '../../../src/adapters/v1alpha2/generated/api.ts';
import { adapter as v1alpha2 } from '../../../src/adapters/v1alpha2/index.ts';
import { call } from './by-name.ts';
import { fakeEngine } from './fake-engine.ts';
import * as requests from './requests.ts';
import * as samples from './samples.ts';
import { serve } from './served.ts';

let served: Awaited<ReturnType<typeof serve>> | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

const start = async (...parameters: Parameters<typeof serve>) => {
  served = await serve(...parameters);
  return served;
};

const containerId = samples.CONTAINER_ID;
const podSandboxId = samples.SANDBOX_ID;
const image = { image: 'busybox:1.36', annotations: {} };

const resources = requests.containerConfig.linux?.resources;

describe('answers', () => {
  test('Version tells the version of the interface', async () => {
    const { clients } = await start(fakeEngine().engine, [v1alpha2, v1]);
    const own = { version: '0.1.0', runtimeName: 'janus', runtimeVersion: '9.8.7' };
    expect(await call(clients.v1.runtime, 'version', {})).toEqual({ ...own, runtimeApiVersion: 'v1' });
    expect(await call(clients.v1alpha2.runtime, 'version', {})).toEqual({ ...own, runtimeApiVersion: 'v1alpha2' });
  });

  test('PodSandboxStatus echoes what was asked, with the addresses', async () => {
    const { clients } = await start(fakeEngine().engine, [v1alpha2]);
    const { status: pod, info } = (await call(clients.v1alpha2.runtime, 'podSandboxStatus', {
      podSandboxId,
      verbose: true,
    })) as cri.PodSandboxStatusResponse;
    expect(pod).toEqual({
      id: podSandboxId,
      metadata: samples.sandboxConfig.metadata,
      state: cri.PodSandboxState.SANDBOX_READY,
      createdAt: samples.sandbox.createdAt,
      network: { ip: '10.1.0.5', additionalIps: [{ ip: 'fd00::5' }] },
      linux: { namespaces: { options: requests.podSandboxConfig.linux?.securityContext?.namespaceOptions } },
      labels: { app: 'web' },
      annotations: { note: 'sandbox' },
      runtimeHandler: 'fast',
    });
    expect(JSON.parse(info['info'] ?? '')).toEqual({ pid: 4711 });
  });

  test('ContainerStatus in v1 tells image, user, stop signal and resources', async () => {
    const { clients } = await start(fakeEngine().engine, [v1]);
    const { status: found, info } = (await call(clients.v1.runtime, 'containerStatus', {
      containerId,
    })) as v1Api.ContainerStatusResponse;
    expect(found).toMatchObject({
      state: v1Api.ContainerState.CONTAINER_EXITED,
      exitCode: 137,
      reason: 'OOMKilled',
      message: 'out of memory',
      startedAt: 1_700_000_000_000_000_003n,
      finishedAt: 1_700_000_000_000_000_004n,
      imageRef: samples.container.imageRef,
      imageId: samples.IMAGE_ID,
      user: { linux: { uid: 1001n, gid: 1002n, supplementalGroups: [1003n] } },
      stopSignal: v1Api.Signal.SIGRTMINPLUS3,
      resources: { linux: resources },
      logPath: '/var/log/pods/web/main/3.log',
    });
    expect(info).toEqual({});
  });

  test('Status tells conditions, in v1 also handlers and features; RuntimeConfig the driver', async () => {
    const { clients } = await start(fakeEngine().engine, [v1]);
    const answer = (await call(clients.v1.runtime, 'status', { verbose: true })) as v1Api.StatusResponse;
    expect(answer.status?.conditions).toEqual([
      { type: 'RuntimeReady', status: true, reason: '', message: '' },
      { type: 'NetworkReady', status: false, reason: 'NoNetwork', message: 'no CNI configuration' },
    ]);
    expect(answer.runtimeHandlers).toEqual([
      { name: '', features: { recursiveReadOnlyMounts: true, userNamespaces: false } },
    ]);
    expect(answer.features).toEqual({ supplementalGroupsPolicy: true, userNamespacesHostNetwork: false });
    expect(JSON.parse(answer.info['config'] ?? '')).toEqual({ graph: '/var/lib/janus', started: '12' });
    expect(JSON.parse(answer.info['pulls'] ?? '')).toMatchObject([{ bytes: 5, seconds: 0.5 }]);
    expect(await call(clients.v1.runtime, 'runtimeConfig', {})).toEqual({
      linux: { cgroupDriver: v1Api.CgroupDriver.CGROUPFS },
    });
  });

  test('statistics in v1 have swap, pressure and input/output', async () => {
    const { clients } = await start(fakeEngine().engine, [v1]);
    const { stats } = (await call(clients.v1.runtime, 'podSandboxStats', {
      podSandboxId,
    })) as v1Api.PodSandboxStatsResponse;
    const psi = (total: bigint) => {
      const data = { Avg10: 1.5, Avg60: 2.5, Avg300: 3.5 };
      return { Some: { Total: total, ...data }, Full: { Total: total + 1n, ...data } };
    };
    expect(stats?.linux).toMatchObject({
      cpu: { usageNanoCores: { value: 3n }, psi: psi(100n) },
      memory: { rssBytes: { value: 8n }, psi: psi(200n) },
      io: { timestamp: 14n, psi: psi(300n) },
      network: { defaultInterface: { name: 'eth0' }, interfaces: [{ name: 'net1', txErrors: { value: 34n } }] },
      process: { processCount: { value: 15n } },
    });
    expect(stats?.linux?.containers[0]?.swap).toEqual({
      timestamp: 11n,
      swapAvailableBytes: { value: 13n },
      swapUsageBytes: { value: 12n },
    });
  });

  test('ImageStatus of what is absent is no error', async () => {
    const { clients } = await start(fakeEngine({ imageStatus: async () => undefined }).engine, [v1alpha2, v1]);
    for (const version of ['v1', 'v1alpha2'] as const) {
      const answer = await call(clients[version].image, 'imageStatus', { image, verbose: true });
      expect(answer).toEqual({ image: undefined, info: {} });
    }
  });

  test('the file system of containers is told in v1', async () => {
    const { clients } = await start(fakeEngine().engine, [v1]);
    const answer = (await call(clients.v1.image, 'imageFsInfo', {})) as v1Api.ImageFsInfoResponse;
    expect(answer.containerFilesystems.map(({ fsId }) => fsId?.mountpoint)).toEqual(['/containers']);
    expect(answer.imageFilesystems.map(({ fsId }) => fsId?.mountpoint)).toEqual(['/images']);
  });

  test('metrics and their descriptors', async () => {
    const { clients } = await start(fakeEngine().engine, [v1]);
    expect(await call(clients.v1.runtime, 'listMetricDescriptors', {})).toEqual({
      descriptors: [{ name: 'threads', help: 'Tasks.', labelKeys: ['id'] }],
    });
    const pod = {
      podSandboxId,
      metrics: [{ name: 'threads', timestamp: 5n, metricType: 1, labelValues: [podSandboxId], value: { value: 3n } }],
      containerMetrics: [
        {
          containerId,
          metrics: [{ name: 'faults', timestamp: 6n, metricType: 0, labelValues: [containerId], value: { value: 0n } }],
        },
      ],
    };
    expect(await call(clients.v1.runtime, 'listPodSandboxMetrics', {})).toEqual({ podMetrics: [pod] });
  });

  test('lists can be streamed in v1', async () => {
    const { clients } = await start(fakeEngine().engine, [v1]);
    const read = async (stream: AsyncIterable<object>): Promise<object[]> => {
      const parts = [];
      for await (const part of stream) parts.push(part);
      return parts;
    };
    const { runtime, image: images } = clients.v1;
    const filter = undefined;
    const [pods] = (await read(runtime.streamPodSandboxes({ filter }))) as v1Api.StreamPodSandboxesResponse[];
    expect(pods?.podSandboxes.map(({ id }) => id)).toEqual([podSandboxId]);
    const [containers] = (await read(runtime.streamContainers({ filter }))) as v1Api.StreamContainersResponse[];
    expect(containers?.containers.map(({ imageId }) => imageId)).toEqual([samples.IMAGE_ID]);
    const [usage] = (await read(runtime.streamContainerStats({ filter }))) as v1Api.StreamContainerStatsResponse[];
    expect(usage?.containerStats.length).toBe(2);
    const [podUsage] = (await read(runtime.streamPodSandboxStats({ filter }))) as v1Api.StreamPodSandboxStatsResponse[];
    expect(podUsage?.podSandboxStats.length).toBe(2);
    const [found] = (await read(images.streamImages({ filter }))) as v1Api.StreamImagesResponse[];
    expect(found?.images.map(({ pinned }) => pinned)).toEqual([true]);
  });
});
