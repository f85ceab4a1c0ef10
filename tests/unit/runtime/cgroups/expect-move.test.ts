import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectMove } from '../../../../src/runtime/cgroups/expect-move.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'janus-move-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A stand-in for /proc/self/cgroup, and the cgroup's directory. */
const daemonIn = (line: string, directory: string): string => {
  mkdirSync(join(root, directory), { recursive: true });
  const proc = join(root, 'cgroup');
  writeFileSync(proc, `3:other:/elsewhere\n${line}\n`);
  return proc;
};

const written = (directory: string): string => readFileSync(join(root, directory, 'cgroup.procs'), 'utf8');

describe('a move that is expected', () => {
  it('is announced by moving the daemon to where it is: on version 1', async () => {
    const proc = daemonIn('7:cpu,cpuacct:/system/janusd', 'cpu/system/janusd');
    await expectMove({ version: 1, mounts: { cpuacct: join(root, 'cpu') } }, proc);
    expect(written('cpu/system/janusd')).toBe('0');
  });

  it('on version 1, in the named hierarchy of systemd', async () => {
    const proc = daemonIn('1:name=systemd:/a:b', 'systemd/a:b');
    await expectMove({ version: 1, mounts: { systemd: join(root, 'systemd') } }, proc);
    expect(written('systemd/a:b')).toBe('0');
  });

  it('on version 2', async () => {
    const proc = daemonIn('0::/system.slice/janusd.service', 'unified/system.slice/janusd.service');
    await expectMove({ version: 2, root: join(root, 'unified') }, proc);
    expect(written('unified/system.slice/janusd.service')).toBe('0');
  });

  it('fails in silence: it is for speed alone', async () => {
    await expect(expectMove({ version: 2, root: '/nowhere' }, join(root, 'no-such-file'))).resolves.toBeUndefined();
    await expect(expectMove({ version: 2, root: '/nowhere' }, daemonIn('0::/x', 'x'))).resolves.toBeUndefined();
  });
});
