import { describe, expect, it } from 'vitest';
import { createBed, settle } from './fakes/bed.ts';

describe('an exit', () => {
  it.each([
    [0, false, 'Completed'],
    [1, false, 'Error'],
    [137, true, 'OOMKilled'],
    [137, false, 'Error'],
  ])('with %i (out of memory: %s) is recorded as %s', async (exitCode, oomKilled, reason) => {
    const bed = createBed();
    bed.runtime.oomKilled = oomKilled;
    const id = await bed.running(await bed.pod());
    bed.runtime.end(id, exitCode);
    await settle();
    expect(bed.engine.container(id).state).toMatchObject({ kind: 'exited', exit: { exitCode, reason } });
  });

  it('kills what is left of the container, once', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    bed.runtime.end(id, 0);
    bed.runtime.tell(id);
    await settle();
    bed.runtime.tell(id);
    await settle();
    expect(bed.engine.container(id).state).toMatchObject({ exit: { exitCode: 0 } });
    expect(bed.script.count('containers.put')).toBe(3);
  });

  it('of a container that is still being made waits for it', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('CreateContainer: commit');
    const made = bed.container(pod);
    await settle();
    const [id] = bed.runtime.alive;
    if (id === undefined) throw new Error('not made');
    bed.runtime.end(id, 1);
    await settle();
    release();
    await made;
    expect(bed.engine.container(id).state.kind).toBe('created');
    // The monitor's file is found again by the next look at the directory.
    bed.runtime.tell(id);
    await settle();
    expect(bed.engine.container(id).state).toMatchObject({ kind: 'exited', startedAt: 0n });
  });

  it('that cannot be recorded is said, and does no harm', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    bed.script.failOnce('runtime.exitOf');
    bed.runtime.end(id, 0);
    await settle();
    expect(bed.complaints).toEqual(['the end of a container could not be recorded']);
    bed.runtime.tell(id);
    await settle();
    expect(bed.engine.container(id).state.kind).toBe('exited');
  });

  it('of nobody is ignored', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    await bed.engine.removeContainer(id, bed.call);
    bed.runtime.tell(id);
    await settle();
    expect(bed.complaints).toEqual([]);
  });
});
