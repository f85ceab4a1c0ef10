import { describe, expect, it } from 'vitest';
import { createBed, settle } from '../fakes/bed.ts';

describe('a start', () => {
  it('is recorded with its time', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    const { createdAt, state } = bed.engine.container(id);
    expect(state).toMatchObject({ kind: 'running', process: { pid: 20 } });
    expect(state.kind === 'running' && state.startedAt > createdAt).toBe(true);
    expect(bed.containerStore.kept.get(id)?.state).toEqual(state);
    expect(bed.ctx.starting.size).toBe(0);
  });

  it('of what runs is no error, and is not done twice', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    await bed.engine.startContainer(id, bed.call);
    expect(bed.script.count('runtime.start')).toBe(1);
  });

  it('asked for twice at once is done once', async () => {
    const bed = createBed();
    const id = await bed.container(await bed.pod());
    await Promise.all([bed.engine.startContainer(id, bed.call), bed.engine.startContainer(id, bed.call)]);
    expect(bed.script.count('runtime.start')).toBe(1);
  });

  it('of what has ended is refused', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    await bed.engine.stopContainer(id, 0, bed.call);
    await expect(bed.engine.startContainer(id, bed.call)).rejects.toMatchObject({ kind: 'failed-precondition' });
  });

  it('in a pod that is stopped is refused', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const id = await bed.container(pod);
    bed.host.dead.add(pod);
    bed.script.fail('network.detach');
    bed.runtime.ignored.add('SIGKILL');
    void bed.engine.stopPodSandbox(pod, bed.call).catch(() => undefined);
    await settle();
    await expect(bed.engine.startContainer(id, bed.call)).rejects.toMatchObject({ kind: 'failed-precondition' });
    bed.runtime.end(id, 0);
    await settle();
  });

  it('of what does not exist is not found', async () => {
    const bed = createBed();
    await expect(bed.engine.startContainer('f'.repeat(64), bed.call)).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('a command that ends at once', () => {
  it('has started, and its exit is the command’s', async () => {
    const bed = createBed();
    const id = await bed.container(await bed.pod());
    const release = bed.script.hold('runtime.start');
    const started = bed.engine.startContainer(id, bed.call);
    await settle();
    bed.runtime.end(id, 3);
    await settle();
    expect(bed.engine.container(id).state.kind).toBe('created');
    release();
    await started;
    await settle();
    const { state } = bed.engine.container(id);
    expect(state).toMatchObject({ kind: 'exited', exit: { exitCode: 3, reason: 'Error' } });
    expect(state.kind === 'exited' && state.startedAt > 0n && state.exit.finishedAt >= state.startedAt).toBe(true);
  });
});

describe('a start that fails', () => {
  it('leaves a container that has exited with 128, and says why', async () => {
    const bed = createBed();
    const id = await bed.container(await bed.pod());
    bed.script.failOnce('runtime.start', new Error('no such program'));
    await expect(bed.engine.startContainer(id, bed.call)).rejects.toThrow('no such program');
    await settle();
    expect(bed.engine.container(id).state).toMatchObject({
      kind: 'exited',
      startedAt: 0n,
      exit: { exitCode: 128, reason: 'ContainerCannotRun', message: 'no such program' },
    });
    expect(bed.runtime.alive.size).toBe(0);
  });

  it('is not mistaken for the exit of the process that it leaves', async () => {
    const bed = createBed();
    const id = await bed.container(await bed.pod());
    const release = bed.script.hold('runtime.start');
    bed.script.failOnce('runtime.start');
    const started = bed.engine.startContainer(id, bed.call);
    await settle();
    bed.runtime.end(id, 1);
    await settle();
    release();
    await expect(started).rejects.toThrow('runtime.start fails');
    await settle();
    expect(bed.engine.container(id).state).toMatchObject({ exit: { exitCode: 128 } });
  });

  it('keeps both failures when the process cannot be killed either, and still ends', async () => {
    const bed = createBed();
    const id = await bed.container(await bed.pod());
    bed.script.failOnce('runtime.start');
    bed.script.failOnce('runtime.kill SIGKILL');
    await expect(bed.engine.startContainer(id, bed.call)).rejects.toThrow(
      'runtime.start fails (and cleaning up failed: runtime.kill SIGKILL fails)',
    );
    expect(bed.engine.container(id).state).toMatchObject({ exit: { exitCode: 128 } });
  });

  it('is none if the container runs all the same: a daemon that was killed had begun it', async () => {
    const bed = createBed();
    const id = await bed.container(await bed.pod());
    bed.script.failOnce('runtime.start', new Error('cannot start an already running container'));
    bed.runtime.inspected = { kind: 'running', process: { pid: 20, startTime: '1' } };
    await bed.engine.startContainer(id, bed.call);
    expect(bed.engine.container(id).state).toMatchObject({ kind: 'running', process: { pid: 20 } });
    expect(bed.runtime.alive).toContain(id);
  });

  it('by its deadline is told as such', async () => {
    const bed = createBed();
    const id = await bed.container(await bed.pod());
    bed.script.failOnce('runtime.start', new DOMException('timed out', 'TimeoutError'));
    await expect(bed.engine.startContainer(id, bed.call)).rejects.toMatchObject({ kind: 'deadline-exceeded' });
  });
});

it('a removal waits for a start under way', async () => {
  const bed = createBed();
  const id = await bed.container(await bed.pod());
  const release = bed.script.hold('runtime.start');
  const started = bed.engine.startContainer(id, bed.call);
  await settle();
  const removed = bed.engine.removeContainer(id, bed.call);
  await settle();
  expect(bed.script.calls).not.toContain('runtime.remove');
  release();
  await started;
  await removed;
  expect(bed.ctx.containers.all()).toEqual([]);
  await expect(bed.engine.startContainer(id, bed.call)).rejects.toMatchObject({ kind: 'not-found' });
});
