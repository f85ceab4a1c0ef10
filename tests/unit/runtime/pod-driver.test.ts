import { describe, expect, test } from 'vitest';
import type { SandboxRecord } from '../../../src/core/model/sandbox.ts';
import { cgroupDirectory, ociCgroupsPath } from '../../../src/runtime/cgroups/paths.ts';
import { createOciRuntimes } from '../../../src/runtime/oci-runtime.ts';
import { podCgroups } from '../../../src/runtime/stats/pod-cgroup.ts';
import { createBed } from '../core/fakes/bed.ts';
import { sandboxRecord } from '../core/fakes/records.ts';

const runtimes = createOciRuntimes({ runc: { path: '/usr/bin/runc', args: [] } }, '/run/janus');

const pods = {
  cgroupfs: sandboxRecord({ cgroupDriver: 'cgroupfs', cgroupParent: '/janus', runtime: 'runc' }),
  systemd: sandboxRecord({ cgroupDriver: 'systemd', cgroupParent: 'janus.slice', runtime: 'runc' }),
};

describe('a pod keeps the driver that it was made with', () => {
  test('a pod keeps the driver that it was made with, whatever the setting is now', async () => {
    const bed = createBed({ cgroupDriver: 'systemd', cgroupParent: 'janus.slice' });
    const old: SandboxRecord = { ...pods.cgroupfs, name: 'old' };
    bed.ctx.sandboxes.adopt([old]);
    const id = await bed.pod({ cgroupParent: '' });
    const drivers = bed.engine.listPodSandboxes({}).map((pod) => [pod.id, pod.cgroupDriver, pod.cgroupParent]);
    expect(drivers).toEqual([
      [old.id, 'cgroupfs', '/janus'],
      [id, 'systemd', 'janus.slice'],
    ]);
    await bed.engine.stopPodSandbox(old.id, bed.call);
    expect(bed.ctx.sandboxes.get(old.id)).toMatchObject({ cgroupDriver: 'cgroupfs', cgroupParent: '/janus' });
    expect((await bed.engine.status()).cgroupDriver).toBe('systemd');
  });

  test.each(['create', 'start', 'update', 'delete'])('the runtime is told so at %s', (verb) => {
    expect(runtimes.command(pods.systemd, [verb]).args).toContain('--systemd-cgroup');
    expect(runtimes.command(pods.cgroupfs, [verb]).args).not.toContain('--systemd-cgroup');
  });

  test('its figures are read where that driver put them', () => {
    expect(cgroupDirectory(pods.systemd, 'c')).toBe('/janus.slice/janus-c.scope');
    expect(cgroupDirectory(pods.cgroupfs, 'c')).toBe('/janus/c');
    expect(ociCgroupsPath(pods.systemd, 'c')).toBe('janus.slice:janus:c');
    expect(podCgroups(pods.systemd, ['c'])).toContain('/janus.slice/janus-c.scope');
    expect(podCgroups(pods.cgroupfs, ['c'])).toContain('/janus/c');
  });
});
