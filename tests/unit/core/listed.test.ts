import { describe, expect, it } from 'vitest';
import type { ContainerId, SandboxId } from '../../../src/core/model/ids.ts';
import { type Bed, createBed, settle } from './fakes/bed.ts';
import { containerConfig, inNamespace, resources } from './fakes/records.ts';

const session = { tty: false, stdin: false, stdout: true, stderr: false };
const update = { overhead: undefined, resources: undefined };

const aboutContainers: Readonly<Record<string, (bed: Bed, id: ContainerId) => unknown>> = {
  startContainer: ({ engine, call }, id) => engine.startContainer(id, call),
  updateContainerResources: ({ engine, call }, id) => engine.updateContainerResources(id, resources(), call),
  reopenContainerLog: ({ engine, call }, id) => engine.reopenContainerLog(id, call),
  containerStats: ({ engine, call }, id) => engine.containerStats(id, call),
  execSync: ({ engine, call }, id) => engine.execSync({ containerId: id, command: ['x'], timeoutSeconds: 0 }, call),
  execUrl: ({ engine }, id) => engine.execUrl({ ...session, containerId: id, command: ['x'] }),
  attachUrl: ({ engine }, id) => engine.attachUrl({ ...session, containerId: id }),
  containerInfo: ({ engine }, id) => engine.containerInfo(id),
  container: ({ engine }, id) => engine.container(id),
};

const aboutPods: Readonly<Record<string, (bed: Bed, id: SandboxId) => unknown>> = {
  createContainer: ({ engine, call }, id) => engine.createContainer({ sandboxId: id, config: containerConfig() }, call),
  updatePodSandboxResources: ({ engine, call }, id) => engine.updatePodSandboxResources(id, update, call),
  podSandboxStats: ({ engine, call }, id) => engine.podSandboxStats(id, call),
  podSandboxInfo: ({ engine }, id) => engine.podSandboxInfo(id),
  portForwardUrl: ({ engine }, id) => engine.portForwardUrl({ sandboxId: id, ports: [1] }),
  podSandbox: ({ engine }, id) => engine.podSandbox(id),
};

describe('what is being made is not there yet', () => {
  it.each(Object.entries(aboutContainers))('for %s', async (_, ask) => {
    const bed = createBed();
    const release = bed.script.hold('runtime.create');
    const made = bed.container(await bed.pod());
    await settle();
    const [record] = bed.ctx.containers.all();
    expect(record?.state.kind).toBe('creating');
    const id = record?.id ?? ('' as ContainerId);
    await expect((async () => ask(bed, id))()).rejects.toMatchObject({ kind: 'not-found' });
    release();
    await expect(made).resolves.toBe(id);
  });

  it.each(Object.entries(aboutPods))('for %s', async (_, ask) => {
    const bed = createBed();
    const release = bed.script.hold('network.attach');
    const made = bed.pod();
    await settle();
    const [record] = bed.ctx.sandboxes.all();
    expect(record?.state.kind).toBe('creating');
    const id = record?.id ?? ('' as SandboxId);
    await expect((async () => ask(bed, id))()).rejects.toMatchObject({ kind: 'not-found' });
    release();
    await expect(made).resolves.toBe(id);
  });

  it('as the target of another container', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('runtime.create');
    const made = bed.container(pod);
    await settle();
    const targetId = bed.ctx.containers.all()[0]?.id ?? '';
    const config = inNamespace({ pid: 'target', targetId }, containerConfig({ metadata: { name: 'b', attempt: 0 } }));
    const other = bed.engine.createContainer({ sandboxId: pod, config }, bed.call);
    await expect(other).rejects.toMatchObject({ kind: 'not-found' });
    release();
    await made;
  });
});
