import { describe, expect, it } from 'vitest';
import { cgroupDirectories, parseHierarchy, readHierarchy } from '../../../../src/runtime/cgroups/hierarchy.ts';

const line = (mountpoint: string, type: string, options: string): string =>
  `30 25 0:26 / ${mountpoint} rw,nosuid shared:9 - ${type} cgroup ${options}`;
const other = '25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw';
const v1 = [
  line('/sys/fs/cgroup/systemd', 'cgroup', 'rw,xattr,name=systemd'),
  line('/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'),
  line('/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
];
const unified = line('/sys/fs/cgroup/unified', 'cgroup2', 'rw,nsdelegate');

const mounts = {
  systemd: '/sys/fs/cgroup/systemd',
  cpu: '/sys/fs/cgroup/cpu,cpuacct',
  cpuacct: '/sys/fs/cgroup/cpu,cpuacct',
  memory: '/sys/fs/cgroup/memory',
};

describe('the mounts', () => {
  it('of version 1 are a mount point for each controller', () => {
    expect(parseHierarchy([other, ...v1, ''].join('\n'))).toEqual({ version: 1, mounts });
  });

  it('of both versions count as version 1, as the runtimes have it', () => {
    const hybrid = { version: 1, mounts, unified: '/sys/fs/cgroup/unified' };
    expect(parseHierarchy([unified, ...v1].join('\n'))).toEqual(hybrid);
  });

  it('of version 2 are one root', () => {
    const root = line('/sys/fs/cgroup', 'cgroup2', 'rw');
    expect(parseHierarchy([other, root].join('\n'))).toEqual({ version: 2, root: '/sys/fs/cgroup' });
  });

  it('without optional fields, or cut short, are read all the same', () => {
    const bare = '30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw';
    expect(parseHierarchy([bare, '30 25', '', ' - '].join('\n'))).toEqual({ version: 2, root: '/sys/fs/cgroup' });
  });

  it.each(['', other])('of a host without cgroups are an error', (mountinfo) => {
    expect(() => parseHierarchy(mountinfo)).toThrow(expect.objectContaining({ kind: 'failed-precondition' }));
  });

  it('of this host can be read', () => {
    expect([1, 2]).toContain(readHierarchy().version);
  });
});

it('a cgroup has one directory in each distinct hierarchy', () => {
  expect(cgroupDirectories({ version: 1, mounts }, '/pod1')).toEqual([
    '/sys/fs/cgroup/systemd/pod1',
    '/sys/fs/cgroup/cpu,cpuacct/pod1',
    '/sys/fs/cgroup/memory/pod1',
  ]);
  expect(cgroupDirectories({ version: 2, root: '/sys/fs/cgroup' }, '/pod1')).toEqual(['/sys/fs/cgroup/pod1']);
});
