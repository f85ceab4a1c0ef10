import { describe, expect, it } from 'vitest';
import { type Bed, createBed, settle } from '../fakes/bed.ts';
import { busybox, containerConfig, inNamespace } from '../fakes/records.ts';

const UNDO = ['runtime.remove', 'containers.delete'];
const undone = ({ script }: Bed): readonly string[] => script.calls.filter((call) => UNDO.includes(call));

describe('a container', () => {
  it('is created when the call returns, and no sooner', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('runtime.create');
    const made = bed.container(pod);
    await settle();
    expect([...bed.containerStore.kept.values()].map(({ state }) => state.kind)).toEqual(['creating']);
    expect(bed.engine.listContainers({})).toEqual([]);
    release();
    const record = bed.engine.container(await made);
    expect(record).toMatchObject({
      state: { kind: 'created', process: { pid: 20 } },
      name: 'k8s_app_web_shop_u1_0',
      imageId: busybox.id,
      imageRef: busybox.repoDigests[0],
      logPath: '/var/log/pods/web/app/0.log',
      stopSignal: 'SIGTERM',
      user: { uid: 0, gid: 0, supplementalGroups: [] },
    });
    expect(bed.containerStore.kept.get(record.id)).toEqual(record);
  });

  it.each([
    [undefined, '', 'SIGTERM'],
    [undefined, 'QUIT', 'SIGQUIT'],
    [undefined, '3', 'SIGQUIT'],
    [undefined, 'SIGNONSENSE', 'SIGTERM'],
    ['SIGINT', 'SIGQUIT', 'SIGINT'],
  ])('asked for stop signal %s, of an image with %j, has %s', async (asked, ofImage, expected) => {
    const bed = createBed();
    bed.images.stored.set('busybox', { ...busybox, config: { ...busybox.config, stopSignal: ofImage } });
    const id = await bed.container(await bed.pod(), { stopSignal: asked });
    expect(bed.engine.container(id).stopSignal).toBe(expected);
  });

  it.each([
    ['', ''],
    ['a.log', '/var/log/pods/web/a.log'],
  ])('of log path %j logs to %j', async (logPath, expected) => {
    const bed = createBed();
    const id = await bed.container(await bed.pod(), { logPath });
    expect(bed.engine.container(id).logPath).toBe(expected);
  });
});

describe('refused, with nothing left, is', () => {
  const privileged = { ...containerConfig().security, privileged: true };
  it.each([
    ['an absolute log path', { logPath: '/etc/passwd' }, 'invalid-argument'],
    ['a privileged container in another pod', { security: privileged }, 'invalid-argument'],
    ['an image that is not there', { image: { ...containerConfig().image, image: 'none' } }, 'not-found'],
    ['a target that does not exist', inNamespace({ pid: 'target', targetId: 'f'.repeat(64) }), 'not-found'],
  ])('%s', async (_what, changes, kind) => {
    const bed = createBed();
    await expect(bed.container(await bed.pod(), changes)).rejects.toMatchObject({ kind });
    expect(bed.ctx.containers.all()).toEqual([]);
    expect(bed.runtime.present.size).toBe(0);
  });

  it('one for a pod that does not exist', async () => {
    await expect(
      createBed().engine.createContainer({ sandboxId: 'f'.repeat(64), config: containerConfig() }, createBed().call),
    ).rejects.toMatchObject({
      kind: 'not-found',
    });
  });

  it('one for a pod that is stopped', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    await bed.engine.stopPodSandbox(pod, bed.call);
    await expect(bed.container(pod)).rejects.toMatchObject({ kind: 'failed-precondition' });
  });

  it('one for a pod whose process has ended', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    bed.host.dead.add(pod);
    await expect(bed.container(pod)).rejects.toMatchObject({ kind: 'failed-precondition' });
    expect(bed.script.calls).not.toContain('runtime.create');
    expect(bed.ctx.containers.all()).toEqual([]);
  });

  it.each(['another pod', 'an end'])('a target of %s', async (what) => {
    const bed = createBed();
    const pod = await bed.pod();
    const other = await bed.pod({ metadata: { name: 'db', uid: 'u2', namespace: 'shop', attempt: 0 } });
    const target = await bed.running(what === 'another pod' ? other : pod, {
      metadata: { name: 'target', attempt: 0 },
    });
    if (what === 'an end') await bed.engine.stopContainer(target, 0, bed.call);
    const kind = what === 'an end' ? 'failed-precondition' : 'invalid-argument';
    await expect(bed.container(pod, inNamespace({ pid: 'target', targetId: target }))).rejects.toMatchObject({ kind });
  });
});

describe('a failure of', () => {
  it.each<[string, readonly string[]]>([
    ['containers.put', ['containers.delete']],
    ['CreateContainer: intent', ['containers.delete']],
    ['runtime.create', UNDO],
    ['containers.put durable', UNDO],
    ['CreateContainer: commit', UNDO],
  ])('%s takes back exactly what was done: %j', async (call, expected) => {
    const bed = createBed();
    const pod = await bed.pod();
    bed.script.failOnce(call);
    await expect(bed.container(pod)).rejects.toThrow(`${call} fails`);
    expect(undone(bed)).toEqual(expected);
    expect(bed.ctx.containers.all()).toEqual([]);
    expect(bed.containerStore.kept.size).toBe(0);
    expect(bed.runtime.present.size).toBe(0);
    await bed.container(pod);
  });

  it('the undoing too keeps both failures, and the record', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    bed.script.failOnce('runtime.create');
    bed.script.failOnce('runtime.remove');
    await expect(bed.container(pod)).rejects.toThrow(
      'runtime.create fails (and cleaning up failed: runtime.remove fails)',
    );
    expect(bed.ctx.containers.all().map(({ state }) => state.kind)).toEqual(['creating']);
    await bed.container(pod);
    expect(bed.engine.listContainers({})).toHaveLength(1);
  });
});

describe('a request for the same name', () => {
  it('joins when it is the same', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const [one, other] = await Promise.all([bed.container(pod), bed.container(pod)]);
    expect(other).toBe(one);
    expect(bed.script.count('runtime.create')).toBe(1);
  });

  it('that looked the image up while the first one was answered makes no second container', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('images.find');
    const late = bed.container(pod);
    await settle();
    // What is asked from now on is answered at once; only the first request still waits.
    const releaseLater = bed.script.hold('images.find');
    releaseLater();
    const id = await bed.container(pod);
    release();
    expect(await late).toBe(id);
    expect(bed.script.count('runtime.create')).toBe(1);
  });

  it('gets the id while the container has not run', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const id = await bed.container(pod);
    expect(await bed.container(pod)).toBe(id);
    await bed.engine.startContainer(id, bed.call);
    await expect(bed.container(pod)).rejects.toMatchObject({
      kind: 'already-exists',
      message: expect.stringContaining(id),
    });
  });

  it('of other content is told the id, and the age of the work under way', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('runtime.create');
    const made = bed.container(pod);
    await settle();
    await expect(bed.container(pod, { args: ['5'] })).rejects.toMatchObject({
      kind: 'already-exists',
      message: expect.stringMatching(/since \d+\.\d s/),
    });
    release();
    await made;
    await expect(bed.container(pod, { args: ['5'] })).rejects.toMatchObject({ kind: 'already-exists' });
  });

  it('in the pod that came after is another container', async () => {
    const bed = createBed();
    const before = await bed.pod();
    const id = await bed.container(before);
    const after = await bed.pod({ metadata: { name: 'web', uid: 'u1', namespace: 'shop', attempt: 1 } });
    await expect(bed.container(after)).rejects.toMatchObject({
      kind: 'already-exists',
      message: expect.stringContaining(id),
    });
  });
});

describe('while it is made', () => {
  it('its pod may be stopped: then it is taken back', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('runtime.create');
    const made = bed.container(pod);
    await settle();
    await bed.engine.stopPodSandbox(pod, bed.call);
    release();
    await expect(made).rejects.toMatchObject({ kind: 'failed-precondition' });
    expect(bed.ctx.containers.all()).toEqual([]);
    expect(bed.runtime.alive.size).toBe(0);
  });

  it("its pod's process may end: it may have joined a stranger, so it is taken back", async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('runtime.create');
    const made = bed.container(pod);
    await settle();
    bed.host.dead.add(pod);
    release();
    await expect(made).rejects.toMatchObject({ kind: 'failed-precondition' });
    expect(bed.ctx.containers.all()).toEqual([]);
    expect(bed.runtime.alive.size).toBe(0);
  });

  it('its pod may be stopped while its image is looked up', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('images.find');
    const made = bed.container(pod);
    await settle();
    await bed.engine.stopPodSandbox(pod, bed.call);
    release();
    await expect(made).rejects.toMatchObject({ kind: 'failed-precondition' });
    expect(bed.script.calls).not.toContain('runtime.create');
  });

  it('its image cannot be removed', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('runtime.create');
    const made = bed.container(pod);
    await settle();
    await expect(bed.engine.removeImage(containerConfig().image)).rejects.toThrow('in use');
    release();
    await made;
  });

  it('an image that is being removed cannot be used any more', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('images.delete');
    const removed = bed.engine.removeImage(containerConfig().image);
    await settle();
    await expect(bed.container(pod)).rejects.toMatchObject({ kind: 'not-found' });
    expect(bed.script.calls).not.toContain('runtime.create');
    release();
    await removed;
    expect(bed.ctx.removingImages.size).toBe(0);
  });
});
