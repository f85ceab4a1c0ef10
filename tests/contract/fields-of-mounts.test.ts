import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MountPropagation } from '../../src/adapters/v1alpha2/generated/api.ts';
import { IMAGE } from '../support/bed.ts';
import { command, mustRun } from '../support/command.ts';
import { CONTAINER, POD } from '../support/requests.ts';
import { until } from '../support/wait.ts';
import { createInsides, type Insides, secured } from './support/inside.ts';
import type { Pod } from './support/subjects.ts';
import { type Pair, pairs } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

const { PROPAGATION_BIDIRECTIONAL, PROPAGATION_HOST_TO_CONTAINER } = MountPropagation;

let world: World;
/** A mount of its own that others receive from, with a mount below it. */
let shared: string;

beforeAll(async () => {
  world = await openWorld({ name: 'mntfield', octet: 41 });
  shared = join(world.bed.directory, 'shared');
  mkdirSync(join(shared), { recursive: true });
  mustRun('mount', '--bind', shared, shared);
  mustRun('mount', '--make-shared', shared);
  mkdirSync(join(shared, 'below'));
  mustRun('mount', '-t', 'tmpfs', 'below', join(shared, 'below'));
});

afterAll(async () => {
  command('umount', ['-R', shared]);
  await world.close();
});

let insides: Insides;
let pod: Pod;
let directory: string;

const prepare = (pair: Pair): void => {
  beforeEach(async () => {
    insides = createInsides(world, pair);
    pod = await insides.pod({ linux: { securityContext: { privileged: true } } });
    directory = join(world.bed.directory, `files-${pair.maker}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'file'), 'of the host\n');
  });
  afterEach(() => insides.clear());
};

describe.each(pairs)('made over $maker, looked at over $user', (pair) => {
  prepare(pair);

  it('mounts show host paths, read-only if asked, the last of two on a path', async () => {
    symlinkSync('file', join(directory, `link-${pod.podSandboxId}`));
    const mounts = [
      { containerPath: '/ro', hostPath: directory, readonly: true },
      { containerPath: '/rw', hostPath: join(directory, 'made') },
      { containerPath: '/link', hostPath: join(directory, `link-${pod.podSandboxId}`) },
      { containerPath: '/twice', hostPath: '/proc' },
      { containerPath: '/twice/', hostPath: directory },
      { containerPath: '/labelled', hostPath: directory, selinuxRelabel: true },
    ];
    const { containerId, sh } = await insides.start(pod, { mounts });
    expect(await sh('cat /ro/file /link /twice/file; touch /ro/x')).toMatch(
      /^(of the host\n){3}.*Read-only file system$/,
    );
    await sh('echo kept > /rw/new');
    expect(readFileSync(join(directory, 'made/new'), 'utf8')).toBe('kept\n');
    const { status } = await insides.user.runtime.containerStatus({ containerId });
    expect(status?.mounts).toMatchObject(mounts);
  });

  it('later mounts go the ways that the propagation opens', async () => {
    const mount = { containerPath: '/shared', hostPath: shared };
    const [closed, receiving, both] = [
      await insides.start(pod, { mounts: [mount] }),
      await insides.start(pod, { mounts: [{ ...mount, propagation: PROPAGATION_HOST_TO_CONTAINER }] }),
      await insides.start(pod, {
        mounts: [{ ...mount, propagation: PROPAGATION_BIDIRECTIONAL }],
        ...secured({ privileged: true }),
      }),
    ];
    const later = join(shared, 'later');
    mkdirSync(later, { recursive: true });
    mustRun('mount', '-t', 'tmpfs', 'later', later);
    writeFileSync(join(later, 'seen'), '');
    expect(await closed.sh('ls /shared/later')).toBe('');
    expect(await receiving.sh('ls /shared/later')).toBe('seen');
    expect(await both.sh('ls /shared/later')).toBe('seen');
    mustRun('umount', later);

    const script = (name: string) =>
      `mkdir /shared/${name} && mount -t tmpfs x /shared/${name} && touch /shared/${name}/seen`;
    await both.sh(script('out'));
    expect(existsSync(join(shared, 'out/seen'))).toBe(true);
    expect(await receiving.sh('ls /shared/out; umount /shared/out')).toMatch(/^seen\n/);
    await both.sh('umount /shared/out; rmdir /shared/out /shared/later');
    await until('it is gone', () => !existsSync(join(shared, 'out')));
  });

  it('devices are there with their permissions, also those of a directory', async () => {
    const devices = [
      { hostPath: '/dev/null', containerPath: '/dev/mine', permissions: 'rw' },
      { hostPath: '/dev/zero', containerPath: '/dev/readable', permissions: 'r' },
      { hostPath: '/dev/net', containerPath: '/dev/many', permissions: 'rwm' },
    ].filter(({ hostPath }) => existsSync(hostPath));
    const { sh } = await insides.start(pod, { devices });
    expect(await sh('stat -c %F /dev/mine; head -c 2 /dev/readable | wc -c; echo x > /dev/mine')).toBe(
      'character special file\n2',
    );
    if (existsSync('/dev/net/tun')) expect(await sh('ls /dev/many')).toContain('tun');
    const rules = await sh('cat /sys/fs/cgroup/devices/devices.list 2> /dev/null');
    if (rules !== '') expect(rules).toMatch(/^c 1:3 rwm?$/m);
  });

  it('/sys can be written to by a privileged container, whichever was first in the pod', async () => {
    const first = await insides.start(pod);
    const second = await insides.start(pod, secured({ privileged: true }));
    expect(await first.sh('grep " /sys sysfs " /proc/mounts')).toMatch(/ ro,/);
    expect(await second.sh('grep " /sys sysfs " /proc/mounts')).toMatch(/ rw,/);
  });
});

describe.each(pairs.filter(({ maker }) => maker === 'v1'))('made over v1, which alone can say so', (pair) => {
  prepare(pair);

  it('read-only goes down the tree if asked, where the runtime can', async () => {
    const tree = { hostPath: shared, readonly: true };
    const mounts = [
      { ...tree, containerPath: '/top' },
      { ...tree, containerPath: '/all', recursiveReadOnly: true },
    ];
    const { runtimeHandlers } = await insides.maker.runtime.status({});
    const able = runtimeHandlers.find(
      ({ name, features }) => features?.recursiveReadOnlyMounts === true && name !== '',
    );
    const capable = await insides.pod({}, able?.name ?? 'crun');
    const { sh } = await insides.start(capable, { mounts });
    expect(await sh('touch /top/below/x && echo done; touch /all/below/x')).toMatch(/^done\n.*Read-only file system$/);
  });

  it('a mount shows an image, or a part of it', async () => {
    const image = { image: IMAGE };
    const mounts = [
      { containerPath: '/image', image },
      { containerPath: '/part', image, imageSubPath: 'etc/passwd' },
    ];
    const { sh } = await insides.start(pod, { mounts });
    expect(await sh('head -n 1 /image/etc/passwd /part -q; touch /image/x')).toMatch(
      /^(root:.*\n){2}.*Read-only file system$/,
    );
  });

  it('a mount has the ids of the pod’s user namespace', async () => {
    const ids = [{ hostId: 300_000, containerId: 0, length: 65_536 }];
    const usernsOptions = { mode: POD, uids: ids, gids: ids };
    const namespaceOptions = { network: POD, ipc: POD, pid: CONTAINER, usernsOptions };
    const mapped = await insides.pod({ linux: { securityContext: { namespaceOptions } } });
    const mounts = [
      { containerPath: '/mapped', hostPath: directory, uidMappings: ids, gidMappings: ids },
      { containerPath: '/plain', hostPath: directory },
    ];
    const { sh } = await insides.start(mapped, { mounts, ...secured({ namespaceOptions }) });
    expect(await sh('stat -c %u:%g /mapped/file /plain/file')).toBe('0:0\n65534:65534');
  });
});
