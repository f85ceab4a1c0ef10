import { describe, expect, test } from 'vitest';
import { type MountsInput, ociMounts, rootfsPropagation } from '../../../src/runtime/spec/mounts.ts';
import type { PreparedMount } from '../../../src/runtime/spec/prepare-mounts.ts';
import { paths } from './fixtures.ts';

const prepared = (over: Partial<PreparedMount> = {}): PreparedMount => ({
  containerPath: '/data',
  hostPath: '/srv/data',
  readonly: false,
  recursiveReadOnly: false,
  propagation: 'private',
  uidMappings: [],
  gidMappings: [],
  ...over,
});

const build = (over: Partial<MountsInput> = {}) =>
  ociMounts({ paths, mounts: [], volumes: [], readonlyRootfs: false, privileged: false, ownIpc: false, ...over });
const at = (destination: string, over: Partial<MountsInput> = {}) =>
  build(over).filter((entry) => entry.destination === destination);

describe('ociMounts', () => {
  test('kernel file systems come first, then binds', () => {
    expect(build().map(({ destination }) => destination)).toEqual([
      '/proc',
      '/dev',
      '/dev/pts',
      '/dev/mqueue',
      '/sys',
      '/sys/fs/cgroup',
      '/etc/hostname',
      '/etc/hosts',
      '/etc/resolv.conf',
      '/dev/shm',
    ]);
  });

  test('a container with an IPC namespace of its own has a /dev/shm of its own', () => {
    expect(at('/dev/shm', { ownIpc: true })).toEqual([expect.objectContaining({ type: 'tmpfs' })]);
    expect(at('/dev/shm')).toEqual([expect.objectContaining({ type: 'bind' })]);
  });

  test('parents come before children, whatever the order of the request', () => {
    const mounts = ['/a/b/c', '/a', '/z/y', '/a/b'].map((containerPath) => prepared({ containerPath }));
    const order = build({ mounts }).map(({ destination }) => destination);
    expect(order.indexOf('/a')).toBeLessThan(order.indexOf('/a/b'));
    expect(order.indexOf('/a/b')).toBeLessThan(order.indexOf('/a/b/c'));
    expect(order.indexOf('/z/y')).toBeGreaterThan(order.indexOf('/a'));
  });

  test.each([
    [{}, ['rbind', 'rprivate', 'rw']],
    [{ readonly: true }, ['rbind', 'rprivate', 'ro']],
    [{ readonly: true, recursiveReadOnly: true }, ['rbind', 'rprivate', 'rro']],
    [{ propagation: 'host-to-container' as const }, ['rbind', 'rslave', 'rw']],
    [{ propagation: 'bidirectional' as const }, ['rbind', 'rshared', 'rw']],
  ])('%j has options %j', (over, options) => {
    expect(at('/data', { mounts: [prepared(over)] })).toEqual([
      { destination: '/data', type: 'bind', source: '/srv/data', options },
    ]);
  });

  test('id mappings are passed on', () => {
    const uidMappings = [{ hostId: 100000, containerId: 0, length: 65536 }];
    const [entry] = at('/data', { mounts: [prepared({ uidMappings, gidMappings: uidMappings })] });
    const mapping = [{ hostID: 100000, containerID: 0, size: 65536 }];
    expect(entry).toMatchObject({ uidMappings: mapping, gidMappings: mapping });
  });

  test.each(['/etc/hosts', '/etc/resolv.conf', '/etc/hostname', '/dev/shm', '/proc', '/sys/fs/cgroup'])(
    'a mount of the request on %s replaces the own one',
    (containerPath) => {
      const found = at(containerPath, { mounts: [prepared({ containerPath })] });
      expect(found.map(({ source }) => source)).toEqual(['/srv/data']);
    },
  );

  test('a mount on /dev takes away the kernel file systems below it', () => {
    const under = build({ mounts: [prepared({ containerPath: '/dev' })] }).map(({ destination }) => destination);
    expect(under).not.toContain('/dev/pts');
    expect(under).not.toContain('/dev/mqueue');
    expect(under).toContain('/sys');
    expect(build({ mounts: [prepared({ containerPath: '/device' })] }).map((entry) => entry.destination)).toContain(
      '/dev/pts',
    );
  });

  test("/dev/shm is the pod's, or the host's", () => {
    expect(at('/dev/shm')).toMatchObject([{ source: '/run/pod/shm' }]);
    expect(at('/dev/shm', { paths: { ...paths, shm: undefined } })).toMatchObject([{ source: '/dev/shm' }]);
  });

  test("a read-only root makes the pod's files read-only, not /dev/shm", () => {
    expect(at('/etc/hosts', { readonlyRootfs: true })[0]?.options).toContain('ro');
    expect(at('/etc/hosts')[0]?.options).toContain('rw');
    expect(at('/dev/shm', { readonlyRootfs: true })[0]?.options).toContain('rw');
  });

  test('/sys and the cgroups are writable for privileged containers only', () => {
    for (const destination of ['/sys', '/sys/fs/cgroup']) {
      expect(at(destination)[0]?.options).toContain('ro');
      expect(at(destination, { privileged: true })[0]?.options).toContain('rw');
      expect(at(destination, { privileged: true })[0]?.options).not.toContain('ro');
    }
  });

  test("a user namespace in the host's network sees the host's /sys, read-only", () => {
    const [sys] = at('/sys', { paths: { ...paths, userns: '/run/ns/user', netns: undefined } });
    expect(sys).toMatchObject({ type: 'bind', source: '/sys' });
    expect(sys?.options).toContain('rro');
  });

  test('volumes of the image give way to the request', () => {
    const volumes = [{ containerPath: '/vol', hostPath: '/v/1' }];
    expect(at('/vol', { volumes })).toMatchObject([{ source: '/v/1', type: 'bind' }]);
    expect(at('/vol', { volumes, mounts: [prepared({ containerPath: '/vol' })] })).toMatchObject([
      { source: '/srv/data' },
    ]);
  });
});

test.each([
  [['private'], undefined],
  [['private', 'host-to-container'], 'rslave'],
  [['bidirectional', 'host-to-container'], 'rshared'],
] as const)('mounts of %j make the root %s', (kinds, expected) => {
  expect(rootfsPropagation(kinds.map((propagation) => prepared({ propagation })))).toBe(expected);
});
