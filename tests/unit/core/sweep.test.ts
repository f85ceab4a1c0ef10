import { afterEach, describe, expect, it, vi } from 'vitest';
import { startSweeping, sweep } from '../../../src/core/sweep.ts';
import { createBed, settle } from './fakes/bed.ts';

afterEach(() => void vi.useRealTimers());

describe('a container', () => {
  it('that was killed together with its monitor does not run for ever', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    bed.runtime.unmonitored.add(id);
    bed.runtime.end(id, 0);
    await settle();
    expect(bed.engine.container(id).state.kind).toBe('running');
    await sweep(bed.ctx);
    expect(bed.engine.container(id).state).toMatchObject({
      kind: 'exited',
      exit: { exitCode: 255, reason: 'Unknown' },
    });
  });

  it('whose exit was told to nobody has it', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    bed.runtime.unmonitored.add(id);
    bed.runtime.end(id, 0);
    bed.runtime.exits.set(id, 4);
    await sweep(bed.ctx);
    expect(bed.engine.container(id).state).toMatchObject({ exit: { exitCode: 4 } });
  });

  it('whose monitor is there is left to it', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    bed.runtime.unmonitored.add(id);
    bed.runtime.end(id, 0);
    bed.runtime.hasMonitor = () => true;
    await sweep(bed.ctx);
    expect(bed.engine.container(id).state.kind).toBe('running');
  });

  it('that runs, or is being started, is left alone', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const id = await bed.running(pod);
    const other = await bed.container(pod, { metadata: { name: 'b', attempt: 0 } });
    const release = bed.script.hold('runtime.start');
    bed.script.failOnce('runtime.start');
    const started = expect(bed.engine.startContainer(other, bed.call)).rejects.toThrow('runtime.start fails');
    await settle();
    bed.runtime.unmonitored.add(other);
    bed.runtime.end(other, 1);
    const swept = sweep(bed.ctx);
    await settle();
    release();
    await Promise.all([started, swept]);
    expect(bed.engine.container(id).state.kind).toBe('running');
    expect(bed.engine.container(other).state).toMatchObject({ exit: { exitCode: 128 } });
  });
});

describe('a pod', () => {
  it('whose process ended is not ready any more, and its containers are as they are', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const id = await bed.running(pod);
    bed.host.dead.add(pod);
    await sweep(bed.ctx);
    const { state } = bed.engine.podSandbox(pod).sandbox;
    expect(state).toMatchObject({
      kind: 'stopped',
      teardownPending: true,
      reason: expect.stringContaining('process ended'),
    });
    expect(bed.engine.container(id).state.kind).toBe('running');
    await bed.engine.removePodSandbox(pod, bed.call);
    expect(bed.runtime.present.size).toBe(0);
  });

  it('that is removed at the same time stays removed', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    bed.host.dead.add(pod);
    const release = bed.script.hold('host.remove');
    const removed = bed.engine.removePodSandbox(pod, bed.call);
    await settle();
    const swept = sweep(bed.ctx);
    release();
    await Promise.all([removed, swept]);
    expect(bed.ctx.sandboxes.all()).toEqual([]);
    expect(bed.sandboxStore.kept.size).toBe(0);
  });
});

describe('what a verb could neither finish nor take back', () => {
  it('is taken down when that works again', async () => {
    const bed = createBed();
    bed.script.failOnce('host.startProcess');
    bed.script.fail('network.detach');
    await expect(bed.pod()).rejects.toThrow('cleaning up failed');
    await sweep(bed.ctx);
    expect(bed.ctx.sandboxes.all()).toHaveLength(1);
    expect(bed.complaints).toEqual(['tried in vain, and will be again']);
    bed.script.heal('network.detach');
    await sweep(bed.ctx);
    expect(bed.ctx.sandboxes.all()).toEqual([]);
    expect(bed.sandboxStore.kept.size).toBe(0);
  });

  it('is not confused with what is being made', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = [bed.script.hold('network.attach'), bed.script.hold('runtime.create')];
    const made = [bed.container(pod), bed.pod({ metadata: { name: 'b', uid: 'u2', namespace: 'shop', attempt: 0 } })];
    await settle();
    await sweep(bed.ctx);
    expect(bed.script.calls).not.toContain('network.detach');
    expect(bed.script.calls).not.toContain('runtime.remove');
    for (const each of release) each();
    await Promise.all(made);
  });

  it('a pod that becomes ready while the sweep goes on is left alone', async () => {
    const bed = createBed();
    const release = bed.script.hold('network.attach');
    const made = bed.pod();
    await settle();
    const swept = sweep(bed.ctx);
    release();
    const pod = await made;
    await swept;
    expect(bed.engine.podSandbox(pod).sandbox.state.kind).toBe('ready');
  });
});

describe('a sweep that only looks', () => {
  const look = { thorough: false };

  /** A pod and its container whose processes are not what they were. */
  const lost = async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const id = await bed.running(pod);
    bed.runtime.unmonitored.add(id);
    bed.runtime.end(id, 0);
    bed.host.dead.add(pod);
    return { bed, pod, id };
  };

  it('finds a pod and a container whose pids are gone', async () => {
    const { bed, pod, id } = await lost();
    bed.host.gone.add(10).add(20);
    await sweep(bed.ctx, look);
    expect(bed.engine.container(id).state.kind).toBe('exited');
    expect(bed.engine.podSandbox(pod).sandbox.state.kind).toBe('stopped');
  });

  it('leaves to a thorough one what is not what it was, under a pid that is there', async () => {
    const { bed, pod, id } = await lost();
    await sweep(bed.ctx, look);
    expect(bed.engine.container(id).state.kind).toBe('running');
    expect(bed.engine.podSandbox(pod).sandbox.state.kind).toBe('ready');
    await sweep(bed.ctx);
    expect(bed.engine.container(id).state.kind).toBe('exited');
    expect(bed.engine.podSandbox(pod).sandbox.state.kind).toBe('stopped');
  });

  it('takes down what was left half made', async () => {
    const bed = createBed();
    bed.script.failOnce('host.startProcess');
    bed.script.failOnce('network.detach');
    await expect(bed.pod()).rejects.toThrow('cleaning up failed');
    await sweep(bed.ctx, look);
    expect(bed.ctx.sandboxes.all()).toEqual([]);
  });
});

describe('sweeping', () => {
  it('makes sure of everything each sixth time', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const bed = createBed();
    await bed.pod();
    const isAlive = vi.spyOn(bed.host, 'isAlive');
    using _sweeping = startSweeping(bed.ctx, 1000);
    const after = async (sweeps: number): Promise<number> => {
      for (let i = 0; i < sweeps; i += 1) {
        vi.advanceTimersByTime(1000);
        await settle();
        await settle();
      }
      return isAlive.mock.calls.length;
    };
    expect(await after(5)).toBe(0);
    expect(await after(1)).toBe(1);
    expect(await after(6)).toBe(2);
  });

  it('goes on until it is disposed of, one sweep at a time', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const bed = createBed();
    const pod = await bed.pod();
    let answer: (alive: boolean) => void = () => undefined;
    const isAlive = vi.fn(() => new Promise<boolean>((resolve) => (answer = resolve)));
    bed.host.isAlive = isAlive;
    // So that each sweep asks for more than its pid.
    bed.host.gone.add(10);
    const sweeping = startSweeping(bed.ctx, 1000);
    vi.advanceTimersByTime(3000);
    await settle();
    await settle();
    expect(isAlive).toHaveBeenCalledTimes(1);
    answer(true);
    await settle();
    await settle();
    vi.advanceTimersByTime(1000);
    await settle();
    await settle();
    expect(isAlive).toHaveBeenCalledTimes(2);
    answer(true);
    sweeping[Symbol.dispose]();
    expect(vi.getTimerCount()).toBe(0);
    expect(bed.engine.podSandbox(pod).sandbox.state.kind).toBe('ready');
  });
});
