import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createExpectMove } from '../../../../src/runtime/cgroups/expect-move.ts';
import type { CgroupHierarchy } from '../../../../src/runtime/cgroups/hierarchy.ts';
import { until } from '../../../support/wait.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'janus-move-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A stand-in for /proc/self/cgroup, and the cgroup's directory; a file keeps what the kernel would have done. */
const daemonIn = (line: string, directory: string): string => {
  mkdirSync(join(root, directory), { recursive: true });
  writeFileSync(join(root, directory, 'cgroup.procs'), '');
  const proc = join(root, 'cgroup');
  writeFileSync(proc, `3:other:/elsewhere\n${line}\n`);
  return proc;
};

const written = (directory: string): string => readFileSync(join(root, directory, 'cgroup.procs'), 'utf8');

/** Resolves with what was written when nothing more has been for a while. */
const untilQuiet = (directory: string): Promise<string> =>
  until('nothing is announced any more', async () => {
    const before = written(directory);
    await delay(50);
    return before !== '' && written(directory) === before ? before : undefined;
  });

const V2 = 'unified/system.slice/janusd.service';
const v2 = (): [CgroupHierarchy, string] => [
  { version: 2, root: join(root, 'unified') },
  daemonIn('0::/system.slice/janusd.service', V2),
];

describe('a move that is expected', () => {
  it.each([
    ['on version 1', '7:cpu,cpuacct:/system/janusd', 'cpuacct', 'cpu', 'cpu/system/janusd'],
    ['on version 1, in the named hierarchy of systemd', '1:name=systemd:/a:b', 'systemd', 'systemd', 'systemd/a:b'],
  ])('is announced by moving the daemon to where it is: %s', async (_, line, controller, mount, directory) => {
    const proc = daemonIn(line, directory);
    createExpectMove({ version: 1, mounts: { [controller]: join(root, mount) } }, proc)();
    expect(await untilQuiet(directory)).toMatch(/^0+$/);
  });

  it('is announced again while it is expected, and no longer', async () => {
    createExpectMove(...v2())();
    expect(await untilQuiet(V2)).toMatch(/^00+$/);
  });

  it('is announced by one writer, however many expect one, and by another one later', async () => {
    const expectMove = createExpectMove(...v2());
    for (let i = 0; i < 1000; i += 1) expectMove();
    const first = await untilQuiet(V2);
    expect(first.length).toBeLessThan(100);
    writeFileSync(join(root, V2, 'cgroup.procs'), '');
    expectMove();
    await untilQuiet(V2);
  });

  it('fails in silence: it is for speed alone', async () => {
    createExpectMove({ version: 2, root: '/nowhere' }, join(root, 'no-such-file'))();
    createExpectMove({ version: 2, root: '/nowhere' }, daemonIn('0::/x', 'x'))();
    // An unhandled rejection fails the run.
    await delay(20);
    expect(written('x')).toBe('');
  });
});
