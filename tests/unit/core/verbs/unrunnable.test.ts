import { beforeEach, describe, expect, it } from 'vitest';
import type { ContainerId, SandboxId } from '../../../../src/core/model/ids.ts';
import { recover } from '../../../../src/core/recovery.ts';
import { sweep } from '../../../../src/core/sweep.ts';
import { type Bed, createBed } from '../fakes/bed.ts';
import { resources } from '../fakes/records.ts';

const fault = { exitCode: 127, message: 'exec: "x": not found' } as const;
const ended = { kind: 'exited', startedAt: 0n, exit: { ...fault, reason: 'ContainerCannotRun' } };

let bed: Bed;
let pod: SandboxId;
let id: ContainerId;

beforeEach(async () => {
  bed = createBed();
  bed.runtime.fault = fault;
  pod = await bed.pod();
  id = await bed.container(pod);
});

const stateNow = () => bed.engine.container(id).state;

describe('a container whose command cannot be run', () => {
  it('is created for clients, and on record', async () => {
    expect(bed.engine.listContainers({ state: 'created' }).map((container) => container.id)).toEqual([id]);
    expect(bed.containerStore.kept.get(id)).toMatchObject({ state: { kind: 'unrunnable', fault }, user: { uid: 0 } });
    expect(await bed.container(pod)).toBe(id);
  });

  it('fails to start, with the reason, and has ended then', async () => {
    await expect(bed.engine.startContainer(id, bed.call)).rejects.toMatchObject({
      kind: 'invalid-argument',
      message: `config.command: cannot be run: ${fault.message}`,
    });
    expect(stateNow()).toMatchObject(ended);
    expect(bed.script.count('runtime.start')).toBe(0);
    await expect(bed.engine.startContainer(id, bed.call)).rejects.toMatchObject({ kind: 'failed-precondition' });
  });

  it('ends when it is stopped, or its pod is', async () => {
    const other = await bed.container(pod, { metadata: { name: 'other', attempt: 0 } });
    await bed.engine.stopContainer(id, 10, bed.call);
    expect(stateNow()).toMatchObject(ended);
    await bed.engine.stopPodSandbox(pod, bed.call);
    expect(bed.engine.container(other).state).toMatchObject(ended);
    expect(bed.script.calls.filter((call) => call.startsWith('runtime.kill'))).toEqual([]);
  });

  it('is removed with what it has on the host', async () => {
    await bed.engine.removeContainer(id, bed.call);
    expect(bed.engine.listContainers({})).toEqual([]);
    expect([...bed.runtime.present]).toEqual([]);
  });

  it('stays as it is when the daemon starts again, and when it is swept', async () => {
    await recover(bed.ctx);
    await sweep(bed.ctx);
    expect(stateNow()).toEqual({ kind: 'unrunnable', fault });
  });

  it('has no process whose resources could be changed, or that others could join', async () => {
    const update = bed.engine.updateContainerResources(id, resources({ cpuShares: 2 }), bed.call);
    await expect(update).rejects.toMatchObject({ kind: 'failed-precondition' });
  });
});
