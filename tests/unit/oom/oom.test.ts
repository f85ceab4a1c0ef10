import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CgroupHierarchy } from '../../../src/runtime/cgroups/hierarchy.ts';
import type { KernelLog } from '../../../src/runtime/oom/kernel-log.ts';
import { wasOomKilled } from '../../../src/runtime/oom.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'janus-oom-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const main = { pid: 42, startTime: '100' };

interface Case {
  readonly exitCode?: number;
  readonly version?: 1 | 2;
  /** Kills by cgroup, relative to the container's. */
  readonly counts?: Readonly<Record<string, number>>;
  readonly logged?: boolean | undefined;
  readonly known?: boolean;
  readonly conmon?: boolean;
}

const decide = async ({
  exitCode = 137,
  version = 1,
  counts,
  logged,
  known = true,
  conmon = false,
}: Case): Promise<boolean> => {
  const hierarchy: CgroupHierarchy = version === 1 ? { version, mounts: { memory: root } } : { version, root };
  for (const [below, count] of Object.entries(counts ?? {})) {
    mkdirSync(join(root, 'pod', below), { recursive: true });
    const text =
      version === 1
        ? `oom_kill_disable 0\nunder_oom 0\noom_kill ${count}\n`
        : `low 0\noom 9\noom_kill ${count}\noom_group_kill 0\n`;
    writeFileSync(join(root, 'pod', below, version === 1 ? 'memory.oom_control' : 'memory.events'), text);
  }
  const persist = join(root, 'persist');
  rmSync(persist, { recursive: true, force: true });
  mkdirSync(persist);
  if (conmon) writeFileSync(join(persist, 'oom'), '');
  const log: KernelLog = { killed: async () => logged };
  const evidence = { hierarchy, cgroup: '/pod', layout: { persist }, main: known ? main : undefined, log };
  return wasOomKilled({ exitCode, finishedAt: 1n }, evidence);
};

test.each([1, 2] as const)('version %i: the log decides whose kill was counted', async (version) => {
  expect(await decide({ version, counts: { '': 1 }, logged: true })).toBe(true);
  expect(await decide({ version, counts: { '': 1 }, logged: false, conmon: true })).toBe(false);
});

test.each([1, 2] as const)('version %i: without the log, a count and the exit code do', async (version) => {
  expect(await decide({ version, counts: { '': 2 }, logged: undefined })).toBe(true);
  expect(await decide({ version, counts: { '': 2 }, logged: true, known: false })).toBe(true);
});

test('another exit code than SIGKILL’s is never it', async () => {
  expect(await decide({ exitCode: 1, counts: { '': 1 }, logged: true, conmon: true })).toBe(false);
});

test('without a count it is never it', async () => {
  expect(await decide({ counts: { '': 0 }, logged: true, conmon: true })).toBe(false);
});

test('a cgroup below the container’s counts for itself on version 1', async () => {
  expect(await decide({ counts: { '': 0, init: 0, 'init/deeper': 1 }, logged: undefined })).toBe(true);
});

test('when the cgroup is gone the log and conmon are asked', async () => {
  expect(await decide({ logged: true })).toBe(true);
  expect(await decide({ logged: false, conmon: true })).toBe(false);
  expect(await decide({ logged: undefined, conmon: true })).toBe(true);
  expect(await decide({ logged: undefined })).toBe(false);
});
