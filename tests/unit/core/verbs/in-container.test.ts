import { describe, expect, it } from 'vitest';
import type { ContainerId } from '../../../../src/core/model/ids.ts';
import { type Bed, createBed, settle } from '../fakes/bed.ts';
import { resources } from '../fakes/records.ts';

const exec = ({ engine, call }: Bed, containerId: string) =>
  engine.execSync({ containerId, command: ['ls'], timeoutSeconds: 1 }, call);
const streams = { tty: false, stdin: false, stdout: true, stderr: true };

const notRunning: [string, (bed: Bed) => Promise<ContainerId>][] = [
  ['created', async (bed) => bed.container(await bed.pod())],
  [
    'exited',
    async (bed) => {
      const id = await bed.running(await bed.pod());
      await bed.engine.stopContainer(id, 0, bed.call);
      return id;
    },
  ],
];

describe('exec, attach and the log', () => {
  it('are for a container that runs', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    expect(await exec(bed, id)).toMatchObject({ exitCode: 0 });
    expect(bed.engine.execUrl({ containerId: id, command: ['sh'], ...streams })).toBe('exec-url');
    expect(bed.engine.attachUrl({ containerId: id, ...streams })).toBe('attach-url');
    await bed.engine.reopenContainerLog(id, bed.call);
    expect(bed.script.calls).toContain('runtime.reopenLog');
  });

  it.each(notRunning)('are refused for one that is %s', async (_state, make) => {
    const bed = createBed();
    const id = await make(bed);
    const refused = expect.objectContaining({ kind: 'failed-precondition' });
    await expect(exec(bed, id)).rejects.toEqual(refused);
    expect(() => bed.engine.execUrl({ containerId: id, command: ['sh'], ...streams })).toThrow(refused);
    expect(() => bed.engine.attachUrl({ containerId: id, ...streams })).toThrow(refused);
    await expect(bed.engine.reopenContainerLog(id, bed.call)).rejects.toEqual(refused);
  });

  it.each([true, false])('an attach has to know whether there is a terminal (%s)', async (tty) => {
    const bed = createBed();
    const containerId = await bed.running(await bed.pod(), { tty });
    const attach = (claimed: boolean) => bed.engine.attachUrl({ containerId, ...streams, tty: claimed });
    expect(attach(tty)).toBe('attach-url');
    expect(() => attach(!tty)).toThrow(
      expect.objectContaining({ kind: 'invalid-argument', message: expect.stringMatching(/^tty: must be /) }),
    );
  });

  it('of a container without a log have none to reopen', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod(), { logPath: '' });
    await bed.engine.reopenContainerLog(id, bed.call);
    expect(bed.script.calls).not.toContain('runtime.reopenLog');
  });

  it('do not wait for a verb that is stuck', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    const release = bed.script.hold('runtime.update');
    const updated = bed.engine.updateContainerResources(id, resources({ cpuShares: 2 }), bed.call);
    await settle();
    await exec(bed, id);
    await bed.engine.reopenContainerLog(id, bed.call);
    release();
    await updated;
  });
});

describe('an update of resources', () => {
  const limits = resources({
    cpuShares: 100,
    memoryLimitInBytes: 5000,
    cpusetCpus: '0',
    unified: { 'memory.high': '1' },
  });

  it('changes what is set and keeps the rest', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod(), { resources: limits });
    await bed.engine.updateContainerResources(
      id,
      resources({ cpuShares: 200, unified: { 'memory.low': '2' } }),
      bed.call,
    );
    expect(bed.engine.container(id).resources).toEqual({
      ...limits,
      cpuShares: 200,
      unified: { 'memory.high': '1', 'memory.low': '2' },
    });
    expect(bed.engine.container(id).config.resources).toEqual(limits);
    expect(bed.containerStore.kept.get(id)?.resources).toMatchObject({ cpuShares: 200 });
  });

  it('cannot change huge pages, and may send what is in force', async () => {
    const bed = createBed();
    const hugepageLimits = [{ pageSize: '2MB', limit: 0 }];
    const id = await bed.running(await bed.pod(), { resources: resources({ hugepageLimits }) });
    await bed.engine.updateContainerResources(id, resources({ hugepageLimits, cpuShares: 2 }), bed.call);
    for (const other of [
      { pageSize: '2MB', limit: 1 },
      { pageSize: '1GB', limit: 0 },
    ])
      await expect(
        bed.engine.updateContainerResources(id, resources({ hugepageLimits: [other] }), bed.call),
      ).rejects.toMatchObject({
        kind: 'failed-precondition',
        message: expect.stringMatching(/^linux\.hugepage_limits: /),
      });
    expect(bed.script.count('runtime.update')).toBe(1);
  });

  it('of a container that had none is all there is', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    await bed.engine.updateContainerResources(id, limits, bed.call);
    expect(bed.engine.container(id).resources).toEqual(limits);
  });

  it('that the runtime refuses changes nothing', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod(), { resources: limits });
    bed.script.failOnce('runtime.update');
    await expect(bed.engine.updateContainerResources(id, resources({ cpuShares: 1 }), bed.call)).rejects.toThrow(
      'runtime.update fails',
    );
    expect(bed.engine.container(id).resources).toEqual(limits);
  });

  it('does not bring back a container that ends meanwhile', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    const release = bed.script.hold('runtime.update');
    const updated = bed.engine.updateContainerResources(id, limits, bed.call);
    await settle();
    bed.runtime.end(id, 0);
    await settle();
    release();
    await updated;
    expect(bed.engine.container(id)).toMatchObject({ state: { kind: 'exited' }, resources: limits });
  });

  it('of a container that has ended is refused', async () => {
    const bed = createBed();
    const id = await bed.running(await bed.pod());
    await bed.engine.stopContainer(id, 0, bed.call);
    await expect(bed.engine.updateContainerResources(id, limits, bed.call)).rejects.toMatchObject({
      kind: 'failed-precondition',
    });
  });
});

describe('an update of a pod’s resources', () => {
  it('is recorded, field by field', async () => {
    const bed = createBed();
    const pod = await bed.pod({ overhead: resources({ cpuShares: 1 }), resources: resources({ cpuShares: 2 }) });
    await bed.engine.updatePodSandboxResources(
      pod,
      { overhead: undefined, resources: resources({ cpuShares: 3 }) },
      bed.call,
    );
    expect(bed.sandboxStore.kept.get(pod)?.config).toMatchObject({
      overhead: { cpuShares: 1 },
      resources: { cpuShares: 3 },
    });
  });

  it('of a pod that is stopped is refused', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    await bed.engine.stopPodSandbox(pod, bed.call);
    const update = bed.engine.updatePodSandboxResources(pod, { overhead: undefined, resources: undefined }, bed.call);
    await expect(update).rejects.toMatchObject({ kind: 'failed-precondition' });
  });
});
