import { describe, expect, it } from 'vitest';
import { createBed } from '../fakes/bed.ts';

describe('a list of figures', () => {
  it('is of containers that run', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const id = await bed.running(pod);
    await bed.container(pod, { metadata: { name: 'created', attempt: 0 } });
    expect((await bed.engine.listContainerStats({}, bed.call)).map(({ container }) => container.id)).toEqual([id]);
  });

  it('has the others when one’s cannot be read', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    await bed.running(pod);
    await bed.running(pod, { metadata: { name: 'b', attempt: 0 } });
    bed.script.failOnce('stats.container');
    expect(await bed.engine.listContainerStats({}, bed.call)).toHaveLength(2);
    bed.script.failOnce('stats.container');
    expect(await bed.engine.listPodSandboxStats({}, bed.call)).toMatchObject([{ containers: [{}, {}] }]);
    expect(bed.complaints).toHaveLength(2);
  });

  it('leaves out pods that are not ready', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    expect(await bed.engine.listPodSandboxStats({}, bed.call)).toHaveLength(1);
    await bed.engine.stopPodSandbox(pod, bed.call);
    expect(await bed.engine.listPodSandboxStats({}, bed.call)).toEqual([]);
  });
});

describe('the figures of one', () => {
  it('container that cannot be read are an error', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    bed.script.failOnce('stats.container');
    await expect(bed.engine.containerStats(id, bed.call)).rejects.toThrow('stats.container fails');
  });

  it('pod that is stopped are refused', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    await bed.engine.stopPodSandbox(pod, bed.call);
    await expect(bed.engine.podSandboxStats(pod, bed.call)).rejects.toMatchObject({ kind: 'failed-precondition' });
  });
});
