import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostState, leftBehind, readHost } from '../support/host.ts';
import { readInventory } from '../support/inventory.ts';
import { containerConfig } from '../support/requests.ts';
import { makeHostPod, type Pod } from './support/subjects.ts';
import { pairs } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
const pods: Record<string, Pod> = {};

beforeAll(async () => {
  world = await openWorld({ name: 'norun', octet: 38 });
  for (const handler of ['runc', 'crun']) pods[handler] = await makeHostPod(world, handler);
});

afterAll(() => world.close());

/** What is wrong, the command, the exit code. */
const FAULTS: readonly (readonly [string, readonly string[], number])[] = [
  ['is not in $PATH', ['absent'], 127],
  ['is not there', ['/bin/absent', 'x'], 127],
  ['is below a file', ['/etc/passwd/x'], 127],
  ['is no executable', ['/etc/passwd'], 126],
  ['is a directory', ['/etc'], 126],
];

const left = (before: HostState): readonly string[] => Object.values(leftBehind(before, readHost())).flat();

describe.each(['runc', 'crun'])('with %s', (handler) => {
  describe.each(pairs)('created over $maker, started over $user', ({ maker, user }) => {
    it.each(FAULTS)('a command that %s fails the start and ends the container', async (_, command, exitCode) => {
      const { podSandboxId = '', config: sandboxConfig } = pods[handler] ?? {};
      const before = readHost();
      const config = containerConfig('main', { command: [...command] });
      const request = { podSandboxId, config, sandboxConfig };
      const { containerId } = await world.client(maker).runtime.createContainer(request);
      const { runtime } = world.client(user);
      const created = await runtime.listContainers({ filter: { id: containerId, state: { state: 0 } } });
      expect(created.containers).toHaveLength(1);
      expect(await runtime.createContainer(request)).toEqual({ containerId });
      await expect(runtime.startContainer({ containerId })).rejects.toMatchObject({
        code: 3,
        details: expect.stringMatching(/^config\.command: cannot be run: (exec: "|executable file|open executable)/),
      });
      const { status } = await world.client(maker).runtime.containerStatus({ containerId });
      expect(status).toMatchObject({ state: 2, exitCode, reason: 'ContainerCannotRun', startedAt: 0n });
      expect(status?.finishedAt).toBeGreaterThan(0n);
      await runtime.removeContainer({ containerId });
      expect(left(before).filter((entry) => entry.includes(containerId))).toEqual([]);
    });
  });

  it('what is never started is stopped and removed', async () => {
    const { podSandboxId = '', config: sandboxConfig } = pods[handler] ?? {};
    const { runtime } = world.client('v1alpha2');
    const config = containerConfig('never', { command: ['absent'] });
    const { containerId } = await runtime.createContainer({ podSandboxId, config, sandboxConfig });
    await runtime.stopContainer({ containerId, timeout: 30n });
    const { status } = await runtime.containerStatus({ containerId });
    expect(status).toMatchObject({ state: 2, exitCode: 127, reason: 'ContainerCannotRun' });
    await runtime.removeContainer({ containerId });
    expect((await runtime.listContainers({ filter: { podSandboxId } })).containers).toEqual([]);
  });

  it('any other failure of the runtime fails the creation and leaves nothing', async () => {
    const { podSandboxId = '', config: sandboxConfig } = pods[handler] ?? {};
    const { runtime } = world.client('v1alpha2');
    const config = containerConfig('cwd', { workingDir: '/etc/passwd' });
    const before = readInventory(world.bed);
    await expect(runtime.createContainer({ podSandboxId, config, sandboxConfig })).rejects.toMatchObject({
      code: 13,
      details: expect.stringMatching(/^the runtime could not create the container: .*not a directory/i),
    });
    expect(readInventory(world.bed)).toEqual(before);
    expect((await runtime.listContainers({ filter: { podSandboxId } })).containers).toEqual([]);
  });
});
