import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ContainerId } from '../../../../src/core/model/ids.ts';
import { type Bed, createBed } from '../fakes/bed.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const kills = ({ script }: Bed): readonly string[] => script.calls.filter((call) => call.startsWith('runtime.kill'));
const seconds = (n: number): Promise<unknown> => vi.advanceTimersByTimeAsync(n * 1000);

let bed: Bed;
let id: ContainerId;
beforeEach(async () => {
  bed = createBed();
  id = await bed.running(await bed.pod());
});

const stop = (grace: number): Promise<void> => bed.engine.stopContainer(id, grace, bed.call);

describe('a container', () => {
  it('that heeds the stop signal is not killed', async () => {
    await stop(30);
    expect(kills(bed)).toEqual(['runtime.kill SIGTERM', 'runtime.kill SIGKILL']);
    // The second one is the clean-up after its exit.
    expect(bed.engine.container(id).state).toMatchObject({ kind: 'exited', exit: { exitCode: 143, reason: 'Error' } });
    expect(bed.ctx.stopping.size).toBe(0);
  });

  it('that ignores it is killed after the grace period, and not before', async () => {
    bed.runtime.ignored.add('SIGTERM');
    const stopped = stop(30);
    await seconds(29.9);
    expect(kills(bed)).toEqual(['runtime.kill SIGTERM']);
    await seconds(0.2);
    await stopped;
    expect(bed.engine.container(id).state).toMatchObject({ exit: { exitCode: 137 } });
  });

  it('is killed at once without a grace period', async () => {
    await stop(0);
    expect(kills(bed)).not.toContain('runtime.kill SIGTERM');
    expect(bed.engine.container(id).state).toMatchObject({ exit: { exitCode: 137 } });
  });

  it('that was never started is killed at once', async () => {
    const other = await bed.container(bed.engine.container(id).sandboxId, { metadata: { name: 'b', attempt: 0 } });
    await bed.engine.stopContainer(other, 30, bed.call);
    expect(kills(bed)).not.toContain('runtime.kill SIGTERM');
    expect(bed.engine.container(other).state).toMatchObject({ kind: 'exited', startedAt: 0n });
  });

  it('that has ended, or does not exist, is no error', async () => {
    await stop(0);
    await stop(0);
    await bed.engine.stopContainer('f'.repeat(64), 0, bed.call);
    expect(kills(bed).filter((call) => call.endsWith('SIGTERM'))).toEqual([]);
  });

  it('whose stop signal cannot be sent is killed without waiting', async () => {
    bed.script.failOnce('runtime.kill SIGTERM');
    await stop(3600);
    expect(bed.engine.container(id).state).toMatchObject({ exit: { exitCode: 137 } });
    expect(bed.complaints).toEqual(['the stop signal cannot be sent']);
  });

  it('that does not end after SIGKILL is told as such, and can be stopped again', async () => {
    bed.runtime.ignored.add('SIGKILL');
    const stopped = expect(stop(0)).rejects.toMatchObject({ kind: 'deadline-exceeded' });
    await seconds(61);
    await stopped;
    expect(bed.engine.container(id).state.kind).toBe('running');
    bed.runtime.ignored.clear();
    await stop(0);
    expect(bed.engine.container(id).state.kind).toBe('exited');
  });
});

describe('stops of one container', () => {
  beforeEach(() => void bed.runtime.ignored.add('SIGTERM'));

  it('join: the signal is sent once', async () => {
    const both = Promise.all([stop(5), stop(5)]);
    await seconds(5.1);
    await both;
    expect(kills(bed).filter((call) => call.endsWith('SIGTERM'))).toHaveLength(1);
  });

  it('the shorter patience wins, also when it comes later', async () => {
    const patient = stop(3600);
    await seconds(1);
    const impatient = stop(2);
    await seconds(1.9);
    expect(bed.engine.container(id).state.kind).toBe('running');
    await seconds(0.2);
    await Promise.all([patient, impatient]);
    expect(bed.engine.container(id).state).toMatchObject({ exit: { exitCode: 137 } });
  });

  it('a later one with more patience does not prolong the first', async () => {
    const first = stop(2);
    await seconds(1);
    const second = stop(3600);
    await seconds(1.1);
    await Promise.all([first, second]);
    expect(bed.engine.container(id).state.kind).toBe('exited');
  });

  it('the stop of the pod ends the wait of a patient one', async () => {
    const patient = stop(3600);
    await seconds(1);
    await bed.engine.stopPodSandbox(bed.engine.container(id).sandboxId, bed.call);
    await patient;
  });
});

describe('the clock of the host set back', () => {
  it('does not prolong the grace period', async () => {
    bed.runtime.ignored.add('SIGTERM');
    const stopped = stop(10);
    await seconds(1);
    vi.setSystemTime(Date.now() - 3_600_000);
    await seconds(9.1);
    await stopped;
    expect(bed.engine.container(id).state.kind).toBe('exited');
  });
});

describe('a container whose monitor', () => {
  it('was killed has an unknown end as soon as its process is gone', async () => {
    bed.runtime.unmonitored.add(id);
    const stopped = stop(3600);
    await seconds(1);
    await stopped;
    expect(bed.engine.container(id).state).toMatchObject({ exit: { exitCode: 255, reason: 'Unknown' } });
  });

  it('does not tell the exit that it left is asked for it', async () => {
    bed.runtime.unmonitored.add(id);
    bed.runtime.exits.set(id, 7);
    const stopped = stop(3600);
    await seconds(1);
    await stopped;
    expect(bed.engine.container(id).state).toMatchObject({ exit: { exitCode: 7 } });
  });

  it('stays silent is not waited for beyond its time', async () => {
    bed.runtime.hasMonitor = () => true;
    bed.runtime.unmonitored.add(id);
    const stopped = stop(3600);
    await seconds(4.5);
    expect(bed.engine.container(id).state.kind).toBe('running');
    await seconds(1);
    await stopped;
    expect(bed.engine.container(id).state).toMatchObject({ exit: { exitCode: 255 } });
  });
});
