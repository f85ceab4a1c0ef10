import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logged } from '../support/logged.ts';
import { containerConfig, podConfig } from '../support/requests.ts';
import { until } from '../support/wait.ts';
import { pairs } from './support/versions.ts';
import { type AnyClient, openWorld, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld({ name: 'contract', octet: 34 });
});

afterAll(() => world.close());

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

const run = async ({ runtime }: AnyClient, parts: Parameters<typeof podConfig>[1] = {}) => {
  const config = podConfig(world.bed, parts);
  return { config, ...(await runtime.runPodSandbox({ config })) };
};

type Made = Awaited<ReturnType<typeof run>>;

const start = async ({ runtime }: AnyClient, pod: Made, config = containerConfig('main')): Promise<string> => {
  const { podSandboxId, config: sandboxConfig } = pod;
  const { containerId } = await runtime.createContainer({ podSandboxId, config, sandboxConfig });
  await runtime.startContainer({ containerId });
  return containerId;
};

describe.each(pairs)('made over $maker, used and removed over $user', (pair) => {
  const both = (): { readonly maker: AnyClient; readonly user: AnyClient } => ({
    maker: world.client(pair.maker),
    user: world.client(pair.user),
  });

  it('a pod has the same id, state, labels, annotations and creation time', async () => {
    const { maker, user } = both();
    const labels = { app: pair.maker, empty: '' };
    const annotations = { note: 'ä', 'example.org/long': 'x'.repeat(10_000) };
    const { podSandboxId, config } = await run(maker, { labels, annotations });
    const [own] = (await maker.runtime.listPodSandbox({ filter: { id: podSandboxId } })).items;
    const [listed, ...others] = (await user.runtime.listPodSandbox({ filter: { labelSelector: labels } })).items;
    expect(others).toEqual([]);
    expect(listed).toEqual(own);
    expect(listed).toMatchObject({ id: podSandboxId, metadata: config.metadata, state: 0, labels, annotations });
    const { status } = await user.runtime.podSandboxStatus({ podSandboxId });
    expect(status).toMatchObject({ id: podSandboxId, state: 0, labels, annotations, createdAt: own?.createdAt });
    expect(status?.network?.ip).toMatch(/^10\.88\.34\./);

    await user.runtime.stopPodSandbox({ podSandboxId });
    const [stopped] = (await maker.runtime.listPodSandbox({ filter: { state: { state: 1 } } })).items;
    expect(stopped).toEqual({ ...own, state: 1 });
    await user.runtime.removePodSandbox({ podSandboxId });
    expect((await maker.runtime.listPodSandbox({})).items).toEqual([]);
  });

  it('a container lives from its creation to its removal', async () => {
    const { maker, user } = both();
    const pod = await run(maker);
    const containerId = await start(maker, pod);
    const [listed] = (await user.runtime.listContainers({ filter: { podSandboxId: pod.podSandboxId } })).containers;
    expect(listed).toMatchObject({ id: containerId, podSandboxId: pod.podSandboxId, state: 1 });
    const exec = await user.runtime.execSync({ containerId, cmd: ['sh', '-c', 'echo out; echo err >&2; exit 9'] });
    expect([text(exec.stdout), text(exec.stderr), exec.exitCode]).toEqual(['out\n', 'err\n', 9]);
    const { status } = await user.runtime.containerStatus({ containerId });
    expect(status).toMatchObject({
      state: 1,
      createdAt: listed?.createdAt,
      logPath: `${pod.config.logDirectory}/main.log`,
    });
    await logged(status?.logPath ?? '', 'stdout F hello\n');

    await user.runtime.stopContainer({ containerId, timeout: 10n });
    const ended = await maker.runtime.containerStatus({ containerId });
    expect(ended.status).toMatchObject({ state: 2, exitCode: 0, reason: 'Completed', startedAt: status?.startedAt });
    await user.runtime.removeContainer({ containerId });
    expect((await maker.runtime.listContainers({})).containers).toEqual([]);
    await user.runtime.removePodSandbox({ podSandboxId: pod.podSandboxId });
  });

  it('a request sent again means the same pod and container', async () => {
    const { maker, user } = both();
    const { podSandboxId, config: sandboxConfig } = await run(maker);
    expect(await user.runtime.runPodSandbox({ config: sandboxConfig })).toEqual({ podSandboxId });
    const request = { podSandboxId, sandboxConfig, config: containerConfig('main', { labels: { a: 'b' } }) };
    const { containerId } = await maker.runtime.createContainer(request);
    expect(await user.runtime.createContainer(request)).toEqual({ containerId });
    const another = { ...request, config: { ...request.config, labels: { a: 'c' } } };
    await expect(user.runtime.createContainer(another)).rejects.toMatchObject({ code: 6 });
    await user.runtime.removePodSandbox({ podSandboxId });
    expect((await maker.runtime.listContainers({})).containers).toEqual([]);
  });

  it('resources are changed and read back, and figures are told', async () => {
    const { maker, user } = both();
    const pod = await run(maker);
    const config = containerConfig('main', {
      linux: { resources: { memoryLimitInBytes: 67_108_864n, cpuShares: 512n } },
    });
    const containerId = await start(maker, pod, config);
    await user.runtime.updateContainerResources({ containerId, linux: { memoryLimitInBytes: 134_217_728n } });
    const { status } = await maker.runtime.containerStatus({ containerId });
    expect(status?.resources?.linux).toMatchObject({ memoryLimitInBytes: 134_217_728n, cpuShares: 512n });
    const { stats } = await user.runtime.containerStats({ containerId });
    expect(stats?.attributes).toMatchObject({ id: containerId, metadata: { name: 'main' } });
    expect(stats?.memory?.workingSetBytes?.value).toBeGreaterThan(0n);
    const listed = await user.runtime.listPodSandboxStats({ filter: { id: pod.podSandboxId } });
    expect(listed.stats.map(({ attributes }) => attributes?.id)).toEqual([pod.podSandboxId]);
    await user.runtime.removePodSandbox({ podSandboxId: pod.podSandboxId });
  });

  it('a log that was moved away is opened again', async () => {
    const { maker, user } = both();
    const pod = await run(maker);
    const script = 'while true; do echo tick; sleep 0.1; done';
    const containerId = await start(maker, pod, containerConfig('main', { command: ['sh', '-c', script] }));
    const path = `${pod.config.logDirectory}/main.log`;
    await logged(path, 'stdout F tick\n');
    renameSync(path, `${path}.1`);
    await user.runtime.reopenContainerLog({ containerId });
    await logged(path, 'stdout F tick\n');
    await user.runtime.removePodSandbox({ podSandboxId: pod.podSandboxId });
  });

  it('all of it is there after a restart of the daemon', async () => {
    const { maker, user } = both();
    const pod = await run(maker, { labels: { lasting: 'yes' } });
    const containerId = await start(maker, pod);
    const before = {
      pods: await user.runtime.listPodSandbox({}),
      containers: await user.runtime.listContainers({}),
      status: await user.runtime.containerStatus({ containerId }),
    };
    await world.restart();
    const after = {
      pods: await until('the daemon answers', () => user.runtime.listPodSandbox({}).catch(() => undefined)),
      containers: await user.runtime.listContainers({}),
      status: await user.runtime.containerStatus({ containerId }),
    };
    expect(after).toEqual(before);
    const { exitCode } = await user.runtime.execSync({ containerId, cmd: ['true'] });
    expect(exitCode).toBe(0);
    await user.runtime.removePodSandbox({ podSandboxId: pod.podSandboxId });
  });

  it('an image is pulled, run and removed', async () => {
    const { maker, user } = both();
    const spec = { image: { image: world.registry.image } };
    const { imageRef } = await maker.images.pullImage(spec);
    const { image } = await user.images.imageStatus(spec);
    expect(image?.repoTags).toContain(world.registry.image);
    expect((await user.images.listImages({ filter: spec })).images).toEqual([image]);
    const pod = await run(maker);
    const containerId = await start(user, pod, containerConfig('main', { image: { image: imageRef } }));
    const { status } = await maker.runtime.containerStatus({ containerId });
    expect(status?.image?.image).toBe(world.registry.image);
    const { containers } = await maker.runtime.listContainers({ filter: { id: containerId } });
    expect(containers.map((each) => each.imageRef)).toEqual([image?.id]);
    await user.runtime.removePodSandbox({ podSandboxId: pod.podSandboxId });
    await user.images.removeImage(spec);
    expect((await maker.images.imageStatus(spec)).image).toBeUndefined();
  });
});
