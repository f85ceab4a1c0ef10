import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logged } from '../support/logged.ts';
import { containerConfig } from '../support/requests.ts';
import { makeContainer, makeHostPod } from './support/subjects.ts';
import { pairs, versions } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld({ name: 'again', octet: 33 });
});

afterAll(() => world.close());

const ABSENT_IDS = ['e'.repeat(64), 'e0', 'not-an-id'];

describe.each(versions)('over %s', (version) => {
  it.each(ABSENT_IDS)('stopping and removing what does not exist (%s) is no error', async (id) => {
    const { runtime } = world.client(version);
    expect(await runtime.stopContainer({ containerId: id })).toEqual({});
    expect(await runtime.removeContainer({ containerId: id })).toEqual({});
    expect(await runtime.stopPodSandbox({ podSandboxId: id })).toEqual({});
    expect(await runtime.removePodSandbox({ podSandboxId: id })).toEqual({});
  });

  it('removing an image that does not exist is no error, and its status is empty', async () => {
    const { images } = world.client(version);
    const image = { image: 'docker.io/library/absent:1' };
    expect(await images.removeImage({ image })).toEqual({});
    expect(await images.imageStatus({ image })).toEqual({ image: undefined, info: {} });
  });
});

describe.each(pairs)('done over $maker and again over $user', ({ maker, user }) => {
  it('stopping and removing are done once', async () => {
    const pod = await makeHostPod(world);
    const { podSandboxId } = pod;
    const { containerId } = await makeContainer(world, pod, containerConfig('main'));
    for (const version of [maker, user]) await world.client(version).runtime.startContainer({ containerId });
    await logged(`${pod.config.logDirectory}/main.log`, 'hello');
    for (const version of [maker, user])
      await world.client(version).runtime.stopContainer({ containerId, timeout: 5n });
    const { status } = await world.client(user).runtime.containerStatus({ containerId });
    expect(status).toMatchObject({ state: 2, exitCode: 0, reason: 'Completed' });
    for (const version of [maker, user]) await world.client(version).runtime.removeContainer({ containerId });
    for (const version of [maker, user]) await world.client(version).runtime.stopPodSandbox({ podSandboxId });
    const { items } = await world.client(user).runtime.listPodSandbox({ filter: { id: podSandboxId } });
    expect(items).toMatchObject([{ state: 1 }]);
    for (const version of [maker, user]) await world.client(version).runtime.removePodSandbox({ podSandboxId });
    expect((await world.client(maker).runtime.listPodSandbox({})).items).toEqual([]);
  });

  it('at the same moment, both succeed', async () => {
    const { podSandboxId } = await makeHostPod(world);
    const { runtime: first } = world.client(maker);
    const { runtime: second } = world.client(user);
    await Promise.all([first.stopPodSandbox({ podSandboxId }), second.stopPodSandbox({ podSandboxId })]);
    await Promise.all([first.removePodSandbox({ podSandboxId }), second.removePodSandbox({ podSandboxId })]);
    expect((await first.listPodSandbox({})).items).toEqual([]);
  });
});
