import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killGroup, start, withNull } from '../../../../src/host/process.ts';
import { cgroupPids, joinCgroup, makeCgroup } from '../../../../src/runtime/cgroups/cgroup.ts';
import { findCgroups, placeOf } from '../../../../src/runtime/cgroups/find.ts';
import type { CgroupHierarchy } from '../../../../src/runtime/cgroups/hierarchy.ts';
import { killCgroup, removeCgroup, removeIfEmpty } from '../../../../src/runtime/cgroups/take-down.ts';

let root: string;
let v1: CgroupHierarchy;
let v2: CgroupHierarchy;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'janus-cgroup-'));
  for (const name of ['cpuset', 'memory']) mkdirSync(join(root, name));
  v1 = { version: 1, mounts: { cpuset: join(root, 'cpuset'), memory: join(root, 'memory') } };
  v2 = { version: 2, root };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const listed = (directory: string, pids: string): void => {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'cgroup.procs'), pids);
};

describe('a cgroup', () => {
  it('that is empty goes from the unified hierarchy of a hybrid host as well, one that is not stays', async () => {
    const hybrid: CgroupHierarchy = { ...(v1 as CgroupHierarchy & { version: 1 }), unified: join(root, 'unified') };
    for (const path of ['memory/janus', 'unified/janus', 'cpuset/janus/pod'])
      mkdirSync(join(root, path), { recursive: true });
    await removeIfEmpty(hybrid, '/janus');
    const left = ['memory', 'unified', 'cpuset'].filter((name) => existsSync(join(root, name, 'janus')));
    expect(left).toEqual(['cpuset']);
  });

  it('is made with its parents, in every hierarchy, and may be there already', async () => {
    const memory: CgroupHierarchy = { version: 1, mounts: { cpu: join(root, 'memory'), memory: join(root, 'memory') } };
    await makeCgroup(memory, '/a/b/c');
    await makeCgroup(memory, '/a/b/c');
    expect(existsSync(join(root, 'memory/a/b/c'))).toBe(true);
  });

  it('of version 2 is handed the controllers of its parents, by those which do not yet', async () => {
    // The kernel makes the files with the directory, and answers a write with the words that hold now.
    const handed = { '': 'cpu memory', '/a': 'cpu', '/a/b': 'cpu memory' };
    for (const [directory, already] of Object.entries(handed)) {
      mkdirSync(root + directory, { recursive: true });
      writeFileSync(`${root}${directory}/cgroup.controllers`, 'cpu memory\n');
      writeFileSync(`${root}${directory}/cgroup.subtree_control`, already);
    }
    await makeCgroup(v2, '/a/b/c');
    await makeCgroup(v2, '/a/b/c');
    expect(existsSync(join(root, 'a/b/c'))).toBe(true);
    const now = Object.keys(handed).map((directory) =>
      readFileSync(`${root}${directory}/cgroup.subtree_control`, 'utf8'),
    );
    expect(now).toEqual(['cpu memory', '+memory', 'cpu memory']);
  });

  it('of version 1 takes over the processors of its parent', async () => {
    // The kernel makes the files with the directory; here they stand ready.
    for (const directory of ['cpuset', 'cpuset/a', 'cpuset/a/b']) {
      mkdirSync(join(root, directory), { recursive: true });
      writeFileSync(join(root, directory, 'cpuset.cpus'), directory === 'cpuset' ? '0-1\n' : '\n');
      writeFileSync(join(root, directory, 'cpuset.mems'), directory === 'cpuset' ? '0\n' : '7\n');
    }
    await makeCgroup(v1, '/a');
    await makeCgroup(v1, '/a/b');
    expect(readFileSync(join(root, 'cpuset/a/b/cpuset.cpus'), 'utf8')).toBe('0-1\n');
    expect(readFileSync(join(root, 'cpuset/a/b/cpuset.mems'), 'utf8')).toBe('7\n');
  });

  it('of version 1 does not take over nothing from a parent that another pod has just made', async () => {
    for (const directory of ['cpuset', 'cpuset/a', 'cpuset/a/b']) {
      mkdirSync(join(root, directory), { recursive: true });
      writeFileSync(join(root, directory, 'cpuset.cpus'), directory === 'cpuset' ? '0-1\n' : '\n');
      writeFileSync(join(root, directory, 'cpuset.mems'), directory === 'cpuset' ? '0\n' : '\n');
    }
    await makeCgroup(v1, '/a/b');
    expect(readFileSync(join(root, 'cpuset/a/b/cpuset.cpus'), 'utf8')).toBe('0-1\n');
    expect(readFileSync(join(root, 'cpuset/a/cpuset.mems'), 'utf8')).toBe('0\n');
  });

  it('is joined in every hierarchy', async () => {
    for (const name of ['cpuset', 'memory']) mkdirSync(join(root, name, 'a'));
    await joinCgroup(v1, '/a', 42);
    for (const name of ['cpuset', 'memory'])
      expect(readFileSync(join(root, name, 'a/cgroup.procs'), 'utf8')).toBe('42');
  });

  it('has the processes of all hierarchies, once each; none when it is gone', async () => {
    listed(join(root, 'cpuset/a'), '1\n2\n');
    listed(join(root, 'memory/a'), '2\n3\n');
    expect(cgroupPids(v1, '/a')).toEqual([1, 2, 3]);
    expect(cgroupPids(v1, '/gone')).toEqual([]);
  });

  it('is killed without harm to us when it lists processes of another PID namespace', async () => {
    // Pid 0 would be our own process group.
    listed(join(root, 'a'), '0\n0\n');
    expect(cgroupPids(v2, '/a')).toEqual([]);
    expect(await killCgroup(v2, '/a')).toBe(true);
  });

  it('is killed until it is empty, in bounded time', async () => {
    const child = withNull((fd) => start({ path: 'sleep', args: ['60'] }, [fd, fd, fd]));
    try {
      listed(join(root, 'a'), `${child.pid}\n`);
      // The file is no cgroup, so the pid stays in it.
      expect(await killCgroup(v2, '/a')).toBe(false);
      expect(await child.exited).toBe(137);
    } finally {
      killGroup(child.pid);
    }
  });

  it('is removed in every hierarchy, and may be gone', async () => {
    for (const name of ['cpuset', 'memory']) mkdirSync(join(root, name, 'a'));
    await removeCgroup(v1, '/a');
    await removeCgroup(v1, '/a');
    expect(existsSync(join(root, 'memory/a'))).toBe(false);
  });

  it('is removed with the cgroups that a container has made below it', async () => {
    for (const path of ['cpuset/a/b', 'memory/a/b/c', 'memory/a/d', 'memory/ab'])
      mkdirSync(join(root, path), { recursive: true });
    await removeCgroup(v1, '/a');
    expect(['cpuset/a', 'memory/a', 'memory/ab'].map((path) => existsSync(join(root, path)))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('is killed with what is in cgroups below it', async () => {
    const child = withNull((fd) => start({ path: 'sleep', args: ['60'] }, [fd, fd, fd]));
    try {
      listed(join(root, 'a/b/c'), `${child.pid}\n`);
      await killCgroup(v2, '/a');
      expect(await child.exited).toBe(137);
    } finally {
      killGroup(child.pid);
    }
  });
});

describe('a cgroup whose place nobody knows', () => {
  const [one, two] = ['1'.repeat(64), '2'.repeat(64)];

  it('is found by its id, whatever the driver and in whatever hierarchy', () => {
    mkdirSync(join(root, 'memory/kubepods/burstable/pod1', one), { recursive: true });
    mkdirSync(join(root, 'cpuset/a.slice/a-b.slice', `janus-${two}.scope`), { recursive: true });
    const found = findCgroups(v1, [one, two, '3'.repeat(64)]);
    expect([...found].sort()).toEqual([
      [one, `/kubepods/burstable/pod1/${one}`],
      [two, `/a.slice/a-b.slice/janus-${two}.scope`],
    ]);
    expect([one, two].map((id) => placeOf(found.get(id) ?? ''))).toEqual([
      { cgroupDriver: 'cgroupfs', cgroupParent: '/kubepods/burstable/pod1' },
      { cgroupDriver: 'systemd', cgroupParent: 'a-b.slice' },
    ]);
  });

  it('is not looked for when there is none to be found', () => {
    expect(findCgroups({ version: 2, root: '/nonexistent' }, [])).toEqual(new Map());
    expect(findCgroups({ version: 2, root: '/nonexistent' }, [one])).toEqual(new Map());
  });
});
