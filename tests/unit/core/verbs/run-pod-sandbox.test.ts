import { describe, expect, it } from 'vitest';
import { type Bed, createBed, settle } from '../fakes/bed.ts';
import { podConfig, withNamespaces } from '../fakes/records.ts';

const UNDO = ['network.detach', 'host.endProcess', 'host.release', 'host.remove', 'sandboxes.delete'];
const undone = ({ script }: Bed): readonly string[] => script.calls.filter((call) => UNDO.includes(call));

describe('a pod', () => {
  it('is ready with its addresses when the call returns', async () => {
    const bed = createBed();
    const id = await bed.pod();
    const { sandbox } = bed.engine.podSandbox(id);
    expect(sandbox.state).toMatchObject({ kind: 'ready', networks: [{ ips: ['10.0.0.2'] }], process: { pid: 10 } });
    expect(bed.sandboxStore.kept.get(id)).toEqual(sandbox);
    expect(bed.ctx.operations.list()).toEqual([]);
  });

  it('is on record before its first effect, and half-made it is not listed', async () => {
    const bed = createBed();
    const release = bed.script.hold('host.prepare');
    const made = bed.pod();
    await settle();
    const kept = [...bed.sandboxStore.kept.values()];
    expect(kept.map(({ state }) => state.kind)).toEqual(['creating']);
    expect(bed.script.calls.indexOf('sandboxes.put')).toBeLessThan(bed.script.calls.indexOf('host.prepare'));
    expect(bed.engine.listPodSandboxes({})).toEqual([]);
    expect(() => bed.engine.podSandbox(kept[0]?.id ?? '')).toThrow(expect.objectContaining({ kind: 'not-found' }));
    release();
    await made;
  });

  it('has its process started while its network is added', async () => {
    const bed = createBed();
    const release = bed.script.hold('network.attach');
    const made = bed.pod();
    await settle();
    expect(bed.script.calls).toContain('host.startProcess');
    release();
    await made;
  });

  it('has its process started only once its network is being added', async () => {
    let add = (): void => undefined;
    const planned = new Promise<void>((resolve) => (add = resolve));
    const { network } = createBed().ctx;
    const bed = createBed({
      network: {
        ...network,
        attach: async (_sandbox, _netns, { stage }) => {
          await planned;
          await stage?.('network-add');
          return [];
        },
      },
    });
    const made = bed.pod();
    await settle();
    expect(bed.script.calls).toContain('host.prepare');
    expect(bed.script.calls).not.toContain('host.startProcess');
    add();
    await made;
    expect(bed.script.calls).toContain('host.startProcess');
  });

  it('whose network cannot be planned has no process started', async () => {
    const { network } = createBed().ctx;
    const attach = (): Promise<never> => Promise.reject(new Error('no plan'));
    const bed = createBed({ network: { ...network, attach } });
    await expect(bed.pod()).rejects.toThrow('no plan');
    expect(bed.script.calls).not.toContain('host.startProcess');
    expect(bed.ctx.sandboxes.all()).toEqual([]);
  });

  it('of the host’s network has no networks', async () => {
    const bed = createBed();
    const id = await bed.pod(withNamespaces({ network: 'node' }));
    expect(bed.engine.podSandbox(id).sandbox.state).toMatchObject({ kind: 'ready', networks: [] });
    expect(bed.script.calls).not.toContain('network.attach');
    expect(bed.script.calls).toContain('host.startProcess');
  });

  it('of an unknown runtime handler is refused before anything is touched', async () => {
    const bed = createBed();
    const made = bed.engine.runPodSandbox({ config: podConfig(), runtimeHandler: 'kata' }, bed.call);
    await expect(made).rejects.toMatchObject({ kind: 'invalid-argument' });
    expect(bed.script.calls).toEqual([]);
  });
});

describe('a failure of', () => {
  const stages: [string, readonly string[]][] = [
    ['sandboxes.put', ['sandboxes.delete']],
    ['RunPodSandbox: intent', ['sandboxes.delete']],
    ['host.prepare', ['host.endProcess', 'host.release', 'host.remove', 'sandboxes.delete']],
    ['RunPodSandbox: network', ['host.endProcess', 'host.release', 'host.remove', 'sandboxes.delete']],
    ['RunPodSandbox: network-add', UNDO],
    ['network.attach', UNDO],
    ['host.startProcess', UNDO],
    ['host.writeHosts', UNDO],
    ['sandboxes.sync', UNDO],
    ['sandboxes.put durable', UNDO],
    ['RunPodSandbox: commit', UNDO],
  ];
  it.each(stages)('%s takes back exactly what was done: %j', async (call, expected) => {
    const bed = createBed();
    bed.script.failOnce(call);
    await expect(bed.pod()).rejects.toThrow(`${call} fails`);
    expect(undone(bed)).toEqual(expected);
    expect(bed.ctx.sandboxes.all()).toEqual([]);
    expect(bed.sandboxStore.kept.size).toBe(0);
    expect(bed.host.present.size).toBe(0);
    await expect(bed.pod()).resolves.toMatch(/^[0-9a-f]{64}$/);
  });

  it('the network waits for the process that has started beside it before anything is undone', async () => {
    const bed = createBed();
    const release = bed.script.hold('host.startProcess');
    bed.script.failOnce('network.attach');
    const made = bed.pod();
    await settle();
    expect(undone(bed)).toEqual([]);
    release();
    await expect(made).rejects.toThrow('network.attach fails');
    expect(undone(bed)).toEqual(UNDO);
  });

  it('the undoing too keeps both failures, and the record until it can be taken down', async () => {
    const bed = createBed();
    bed.script.failOnce('host.startProcess');
    bed.script.failOnce('network.detach');
    await expect(bed.pod()).rejects.toThrow('host.startProcess fails (and cleaning up failed: network.detach fails)');
    expect(bed.ctx.sandboxes.all().map(({ state }) => state.kind)).toEqual(['creating']);
    expect(bed.engine.listPodSandboxes({})).toEqual([]);
    // The name is free all the same.
    await bed.pod();
    expect(bed.engine.listPodSandboxes({})).toHaveLength(1);
  });

  it('the disk says that there is no room', async () => {
    const bed = createBed();
    bed.script.failOnce('sandboxes.put', Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
    await expect(bed.pod()).rejects.toMatchObject({ kind: 'resource-exhausted' });
  });
});

describe('the same request again', () => {
  it('joins the work under way', async () => {
    const bed = createBed();
    const release = bed.script.hold('network.attach');
    const both = Promise.all([bed.pod(), bed.pod()]);
    await settle();
    release();
    const [one, other] = await both;
    expect(other).toBe(one);
    expect(bed.script.count('host.prepare')).toBe(1);
  });

  it('gets the id of what was made', async () => {
    const bed = createBed();
    expect(await bed.pod()).toBe(await bed.pod());
    expect(bed.script.count('host.prepare')).toBe(1);
  });

  it('joins a failure, and may then be tried again', async () => {
    const bed = createBed();
    bed.script.failOnce('network.attach');
    const both = await Promise.allSettled([bed.pod(), bed.pod()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await bed.pod();
  });
});

describe('another request for the name', () => {
  it('is told the id and the age of the work under way', async () => {
    const bed = createBed();
    const release = bed.script.hold('network.attach');
    const made = bed.pod();
    await settle();
    await expect(bed.pod({ hostname: 'other' })).rejects.toMatchObject({
      kind: 'already-exists',
      message: expect.stringMatching(/being made as [0-9a-f]{64} since \d+\.\d s/),
    });
    release();
    await made;
  });

  it('is told the id of what exists', async () => {
    const bed = createBed();
    const id = await bed.pod();
    await expect(bed.pod({ hostname: 'other' })).rejects.toMatchObject({
      kind: 'already-exists',
      message: expect.stringContaining(id),
    });
  });

  it('of a stopped pod is refused, and of a removed one is not', async () => {
    const bed = createBed();
    const id = await bed.pod();
    await bed.engine.stopPodSandbox(id, bed.call);
    await expect(bed.pod()).rejects.toMatchObject({ kind: 'already-exists' });
    await bed.engine.removePodSandbox(id, bed.call);
    expect(await bed.pod()).not.toBe(id);
  });
});
