import { describe, expect, it } from 'vitest';
import { createBed, settle } from './fakes/bed.ts';

describe('the engine', () => {
  it('says what it is', async () => {
    const { engine } = createBed();
    expect(engine.version).toBe('1.2.3');
    expect(await engine.status()).toMatchObject({
      network: { ready: true },
      cgroupDriver: 'cgroupfs',
      handlers: expect.arrayContaining([
        expect.objectContaining({ name: '' }),
        expect.objectContaining({ name: 'fast' }),
      ]),
    });
  });

  it('hands the pod CIDR to the network', () => {
    const { engine, script } = createBed();
    engine.updateRuntimeConfig({ podCidr: '10.1.0.0/16' });
    expect(script.calls).toEqual(['network.setPodCidr']);
  });

  it('gives a pod with its containers, and operators more', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const id = await bed.running(pod);
    expect(bed.engine.podSandbox(pod.slice(0, 16)).containers.map((container) => container.id)).toEqual([id]);
    expect(await bed.engine.podSandboxInfo(pod)).toMatchObject({ pid: 10, state: 'ready', runtimeType: 'runc' });
    expect(await bed.engine.containerInfo(id)).toMatchObject({
      pid: 20,
      sandboxID: pod,
      runtimeSpec: { ociVersion: '1.0.2' },
    });
    expect(bed.engine.portForwardUrl({ sandboxId: pod, ports: [80] })).toBe('port-forward-url');
  });

  it('hides what is half-made from every question', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('runtime.create');
    const made = bed.container(pod);
    await settle();
    const [record] = bed.ctx.containers.all();
    const id = record?.id ?? '';
    const missing = expect.objectContaining({ kind: 'not-found' });
    expect(() => bed.engine.container(id)).toThrow(missing);
    await expect(bed.engine.containerInfo(id)).rejects.toEqual(missing);
    expect(bed.engine.podSandbox(pod).containers).toEqual([]);
    release();
    await made;
  });

  it('answers reads while every verb is stuck', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const id = await bed.running(pod);
    const release = bed.script.hold('network.detach');
    const stopped = bed.engine.stopPodSandbox(pod, bed.call);
    await settle();
    expect(bed.engine.listPodSandboxes({})).toHaveLength(1);
    expect(bed.engine.listContainers({})).toHaveLength(1);
    expect(bed.engine.container(id).id).toBe(id);
    expect(bed.ctx.operations.list()).toMatchObject([{ verb: 'StopPodSandbox', id: pod, stage: 'network' }]);
    release();
    await stopped;
  });
});
