import { describe, expect, it } from 'vitest';
import { createBed, settle } from '../fakes/bed.ts';

const ORDER = [
  'network.detach',
  'host.endProcess',
  'host.release',
  'runtime.remove',
  'containers.delete',
  'host.remove',
  'sandboxes.delete',
];

describe('a removal', () => {
  it('stops a pod that is ready, and takes its containers before it', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    await bed.running(pod);
    await bed.engine.removePodSandbox(pod, bed.call);
    expect(bed.script.calls.filter((call) => ORDER.includes(call))).toEqual(ORDER);
    expect([bed.sandboxStore.kept.size, bed.containerStore.kept.size]).toEqual([0, 0]);
    expect(bed.engine.listPodSandboxes({})).toEqual([]);
  });

  it('of what does not exist is no error', async () => {
    const bed = createBed();
    await bed.engine.removePodSandbox('f'.repeat(64), bed.call);
    expect(bed.script.calls).toEqual([]);
  });

  it.each(ORDER)('that fails at %s leaves a pod that is not ready and can be removed again', async (call) => {
    const bed = createBed();
    const pod = await bed.pod();
    await bed.running(pod);
    bed.script.failOnce(call);
    await expect(bed.engine.removePodSandbox(pod, bed.call)).rejects.toThrow(`${call} fails`);
    expect(bed.engine.podSandbox(pod).sandbox.state.kind).toBe('stopped');
    await bed.engine.removePodSandbox(pod, bed.call);
    expect([bed.sandboxStore.kept.size, bed.containerStore.kept.size]).toEqual([0, 0]);
    expect([bed.runtime.present.size, bed.host.present.size]).toEqual([0, 0]);
  });

  it('lets go of the pod only when all containers are done with', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    await bed.running(pod);
    await bed.running(pod, { metadata: { name: 'b', attempt: 0 } });
    bed.script.failOnce('runtime.remove');
    const release = bed.script.hold('runtime.remove');
    const removed = bed.engine.removePodSandbox(pod, bed.call);
    await settle();
    release();
    await expect(removed).rejects.toThrow('runtime.remove fails');
    expect(bed.engine.listContainers({})).toHaveLength(1);
    expect(bed.ctx.locks.waiting().size).toBe(0);
    await bed.engine.removePodSandbox(pod, bed.call);
  });

  it('of a pod while a container is made in it leaves neither', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('runtime.create');
    const made = bed.container(pod);
    await settle();
    await bed.engine.removePodSandbox(pod, bed.call);
    release();
    await expect(made).rejects.toMatchObject({ kind: 'not-found' });
    expect([bed.ctx.sandboxes.all(), bed.ctx.containers.all()]).toEqual([[], []]);
    expect(bed.runtime.present.size).toBe(0);
  });
});
