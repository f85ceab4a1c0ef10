import { describe, expect, it } from 'vitest';
import type { ContainerState } from '../../../src/core/model/container.ts';
import { newContainerId, newSandboxId } from '../../../src/core/model/ids.ts';
import { recover } from '../../../src/core/recovery.ts';
import { type Bed, createBed } from './fakes/bed.ts';
import { containerRecord, sandboxRecord } from './fakes/records.ts';

const process = { pid: 20, startTime: '2' };
const created: ContainerState = { kind: 'created', process };
const running: ContainerState = { kind: 'running', process, startedAt: 3n };

/** A daemon that has just started, with one pod and one container on record; `alive`: the container's process is there. */
const restarted = (state: ContainerState, { alive }: { alive: boolean }) => {
  const bed = createBed();
  const sandbox = sandboxRecord();
  const container = containerRecord(sandbox.id, { state });
  bed.ctx.sandboxes.adopt([sandbox]);
  bed.ctx.containers.adopt([container]);
  bed.host.present.set(sandbox.id, sandbox);
  bed.runtime.present.add(container.id);
  if (alive) bed.runtime.alive.add(container.id);
  return { ...bed, sandbox, container, stateNow: () => bed.ctx.containers.get(container.id)?.state };
};

describe('a container', () => {
  it('that runs runs on', async () => {
    const bed = restarted(running, { alive: true });
    expect(await recover(bed.ctx)).toEqual({ sandboxes: 1, containers: 1, takenDown: 0, failures: [] });
    expect(bed.stateNow()).toEqual(running);
    // What an earlier daemon ran in it beside its own process has lost its reader.
    expect(bed.script.calls).toEqual(['runtime.endSessions']);
  });

  it.each([created, running])('that ended meanwhile has its exit ($kind before)', async (state) => {
    const bed = restarted(state, { alive: false });
    bed.runtime.exits.set(bed.container.id, 5);
    await recover(bed.ctx);
    expect(bed.stateNow()).toMatchObject({ kind: 'exited', exit: { exitCode: 5, reason: 'Error' } });
  });

  it('that nobody saw end has an unknown exit', async () => {
    const bed = restarted(running, { alive: false });
    await recover(bed.ctx);
    expect(bed.stateNow()).toMatchObject({ kind: 'exited', startedAt: 3n, exit: { exitCode: 255, reason: 'Unknown' } });
  });

  it('whose monitor is about to tell its exit is left to it', async () => {
    const bed = restarted(running, { alive: false });
    bed.runtime.hasMonitor = () => true;
    await recover(bed.ctx);
    expect(bed.stateNow()?.kind).toBe('running');
  });

  it('whose start was on its way runs now', async () => {
    const bed = restarted(created, { alive: true });
    bed.runtime.inspected = { kind: 'running', process };
    await recover(bed.ctx);
    const state = bed.stateNow();
    expect(state?.kind === 'running' && state.startedAt > 0n).toBe(true);
  });

  it('that was not started is still created', async () => {
    const bed = restarted(created, { alive: true });
    bed.runtime.inspected = { kind: 'created', process };
    await recover(bed.ctx);
    expect(bed.stateNow()).toEqual(created);
  });

  it('that has exited is asked nothing', async () => {
    const exit = { exitCode: 1, finishedAt: 4n, reason: 'Error', message: '' };
    const bed = restarted({ kind: 'exited', startedAt: 3n, exit }, { alive: false });
    await recover(bed.ctx);
    expect(bed.script.calls).toEqual([]);
  });
});

describe('what is half-made', () => {
  const halfMade = (): Bed & { readonly ids: readonly string[] } => {
    const bed = createBed();
    const sandbox = sandboxRecord({ state: { kind: 'creating' } });
    const container = containerRecord(sandbox.id, { state: { kind: 'creating' } });
    bed.ctx.sandboxes.adopt([sandbox]);
    bed.ctx.containers.adopt([container]);
    bed.host.present.set(sandbox.id, sandbox);
    bed.runtime.present.add(container.id);
    return { ...bed, ids: [sandbox.id, container.id] };
  };

  it('is taken down, network and all', async () => {
    const bed = halfMade();
    expect(await recover(bed.ctx)).toEqual({ sandboxes: 0, containers: 0, takenDown: 2, failures: [] });
    expect(bed.script.calls).toEqual([
      'runtime.remove',
      'containers.delete',
      'network.detach',
      'host.endProcess',
      'host.release',
      'host.remove',
      'sandboxes.delete',
    ]);
    expect([bed.runtime.present.size, bed.host.present.size]).toEqual([0, 0]);
  });

  it('and cannot be taken down is in nobody’s way, and is tried again', async () => {
    const bed = halfMade();
    bed.script.fail('network.detach');
    const { failures } = await recover(bed.ctx);
    expect(failures).toEqual([`${bed.ids[0]}: network.detach fails`]);
    expect(bed.engine.listPodSandboxes({})).toEqual([]);
    bed.script.heal('network.detach');
    await expect(bed.pod()).resolves.not.toBe(bed.ids[0]);
    expect(await recover(bed.ctx)).toMatchObject({ sandboxes: 1, takenDown: 1, failures: [] });
  });

  it('does not keep the daemon from starting when it hangs', async () => {
    const bed = halfMade();
    const signals: AbortSignal[] = [];
    bed.ctx.network.detach = async (_sandbox, _netns, { signal }) => void signals.push(signal);
    const { remove } = bed.runtime;
    bed.runtime.remove = (ref, options) => {
      signals.push(options.signal);
      return remove(ref, options);
    };
    await recover(bed.ctx);
    // One deadline for all of it, however much there is.
    expect(new Set(signals).size).toBe(1);
  });
});

describe('a pod', () => {
  it('whose process or namespaces are gone is not ready, and can be removed', async () => {
    const bed = restarted(running, { alive: false });
    bed.host.dead.add(bed.sandbox.id);
    await recover(bed.ctx);
    expect(bed.engine.podSandbox(bed.sandbox.id).sandbox.state).toMatchObject({
      kind: 'stopped',
      teardownPending: true,
    });
    await bed.engine.removePodSandbox(bed.sandbox.id, bed.call);
    expect(bed.script.calls).toContain('network.detach');
    expect(bed.host.present.size).toBe(0);
  });

  it('that cannot be recovered stays listed, and does not hold up the others', async () => {
    const bed = createBed();
    const [bad, good] = [sandboxRecord({ createdAt: 1n }), sandboxRecord({ name: 'other', createdAt: 2n })];
    bed.ctx.sandboxes.adopt([bad, good]);
    const { isAlive } = bed.host;
    bed.host.isAlive = (sandbox) => (sandbox.id === bad.id ? Promise.reject(new Error('EIO')) : isAlive(sandbox));
    bed.host.dead.add(good.id);
    expect((await recover(bed.ctx)).failures).toEqual([`${bad.id}: EIO`]);
    expect(bed.engine.listPodSandboxes({})).toHaveLength(2);
    expect(bed.engine.podSandbox(good.id).sandbox.state.kind).toBe('stopped');
  });

  it('whose record is lost is listed again for its containers, and can be removed with them', async () => {
    const bed = createBed();
    const orphan = containerRecord(newSandboxId());
    bed.ctx.containers.adopt([orphan]);
    bed.runtime.alive.add(orphan.id);
    bed.runtime.present.add(orphan.id);
    bed.host.present.set(orphan.sandboxId, { cgroupDriver: 'systemd', cgroupParent: 'kubepods-pod1.slice' });
    expect(await recover(bed.ctx)).toMatchObject({ sandboxes: 1, containers: 1, takenDown: 0, failures: [] });
    const { sandbox, containers } = bed.engine.podSandbox(orphan.sandboxId);
    expect(containers.map(({ state }) => state.kind)).toEqual(['running']);
    expect(sandbox).toMatchObject({
      state: { kind: 'stopped', teardownPending: true },
      // As it was made, although the daemon's own driver is another one.
      cgroupDriver: 'systemd',
      cgroupParent: 'kubepods-pod1.slice',
      config: { metadata: { name: 'web', namespace: 'shop', uid: 'u1' } },
    });
    // The pod that replaces it takes its own name.
    await bed.pod();
    await bed.engine.removePodSandbox(orphan.sandboxId, bed.call);
    expect([bed.ctx.containers.all().length, bed.runtime.present.size]).toEqual([0, 0]);
    expect(bed.host.present.has(orphan.sandboxId)).toBe(false);
  });
});

describe('what has no record', () => {
  const stray = (): Bed => {
    const bed = createBed();
    bed.host.present.set(newSandboxId(), { cgroupDriver: 'cgroupfs', cgroupParent: '/kubepods/pod9' });
    bed.runtime.present.add(newContainerId());
    return bed;
  };

  it('is taken down, the network by what the plugins’ results say', async () => {
    const bed = stray();
    expect(await recover(bed.ctx)).toEqual({ sandboxes: 0, containers: 0, takenDown: 2, failures: [] });
    expect(bed.script.calls).toEqual([
      'runtime.removeLeftover',
      'network.detach',
      'host.endProcess',
      'host.release',
      'host.remove',
      'sandboxes.delete',
    ]);
    expect([bed.runtime.present.size, bed.host.present.size]).toEqual([0, 0]);
    expect(bed.complaints).toHaveLength(2);
  });

  it('and cannot be taken down is said, and the daemon serves', async () => {
    const bed = stray();
    bed.script.fail('runtime.removeLeftover');
    const { failures, takenDown } = await recover(bed.ctx);
    expect([failures, takenDown]).toEqual([[expect.stringContaining('runtime.removeLeftover fails')], 1]);
  });
});

it('times go on after those of the records, wherever the clock is', async () => {
  const bed = createBed();
  const future = BigInt(Date.now() + 86_400_000) * 1_000_000n;
  bed.ctx.sandboxes.adopt([sandboxRecord({ createdAt: future })]);
  await recover(bed.ctx);
  expect(bed.ctx.clock.unique()).toBeGreaterThan(future);
});
