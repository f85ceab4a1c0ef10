import { describe, expect, it } from 'vitest';
import { createBed } from '../fakes/bed.ts';
import { containerRecord, sandboxRecord } from '../fakes/records.ts';

describe('a removal', () => {
  it.each(['created', 'running', 'exited'])('takes a container that is %s away', async (state) => {
    const bed = createBed();
    const id = await bed.container(await bed.pod());
    if (state !== 'created') await bed.engine.startContainer(id, bed.call);
    if (state === 'exited') await bed.engine.stopContainer(id, 0, bed.call);
    await bed.engine.removeContainer(id, bed.call);
    expect(bed.engine.listContainers({})).toEqual([]);
    expect(bed.containerStore.kept.size).toBe(0);
    expect(bed.runtime.present.size).toBe(0);
  });

  it('of what does not exist is no error', async () => {
    const bed = createBed();
    await bed.engine.removeContainer('f'.repeat(64), bed.call);
    expect(bed.script.calls).toEqual([]);
  });

  it('that fails half-way leaves an exited container that can be removed again', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    bed.script.failOnce('runtime.remove');
    await expect(bed.engine.removeContainer(id, bed.call)).rejects.toThrow('runtime.remove fails');
    expect(bed.engine.container(id).state.kind).toBe('exited');
    await bed.engine.removeContainer(id, bed.call);
    expect(bed.engine.listContainers({})).toEqual([]);
  });

  it('whose record cannot be deleted keeps it listed', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    bed.script.failOnce('containers.delete');
    await expect(bed.engine.removeContainer(id, bed.call)).rejects.toThrow('containers.delete fails');
    expect(bed.engine.listContainers({}).map(({ state }) => state.kind)).toEqual(['exited']);
    await bed.engine.removeContainer(id, bed.call);
  });

  it('asked for twice at once is no error', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    await Promise.all([bed.engine.removeContainer(id, bed.call), bed.engine.removeContainer(id, bed.call)]);
    expect(bed.script.count('runtime.remove')).toBe(1);
  });

  it('of a container whose pod has no record works', async () => {
    const bed = createBed();
    const orphan = containerRecord(sandboxRecord().id);
    bed.ctx.containers.adopt([orphan]);
    bed.runtime.alive.add(orphan.id);
    bed.runtime.present.add(orphan.id);
    await bed.engine.stopContainer(orphan.id, 1, bed.call);
    await bed.engine.removeContainer(orphan.id, bed.call);
    expect(bed.ctx.containers.all()).toEqual([]);
    expect(bed.runtime.present.size).toBe(0);
  });
});
