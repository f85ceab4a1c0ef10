import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identify } from '../../../src/host/process-identity.ts';
import { joinCgroup, makeCgroup } from '../../../src/runtime/cgroups/cgroup.ts';
import { readHierarchy } from '../../../src/runtime/cgroups/hierarchy.ts';
import { killCgroup, removeCgroup } from '../../../src/runtime/cgroups/take-down.ts';
import { createKernelLog } from '../../../src/runtime/oom/kernel-log.ts';
import { wasOomKilled } from '../../../src/runtime/oom.ts';

const PARENT = '/janus-oom-test';
const ROUNDS = 20;
const AT_ONCE = 4;
const LIMIT = String(12 * 1024 * 1024);

const hierarchy = readHierarchy();
const log = createKernelLog();
/** No conmon runs here. */
const layout = { persist: '/nonexistent' };

const memoryDirectory = (cgroup: string): string =>
  (hierarchy.version === 2 ? hierarchy.root : (hierarchy.mounts['memory'] ?? '')) + cgroup;

const limit = (cgroup: string): void => {
  const files =
    hierarchy.version === 2
      ? [['memory.max', LIMIT] as const, ['memory.swap.max', '0'] as const]
      : [['memory.limit_in_bytes', LIMIT] as const, ['memory.memsw.limit_in_bytes', LIMIT] as const];
  for (const [file, value] of files) writeFileSync(`${memoryDirectory(cgroup)}/${file}`, value);
};

type Answer = { readonly exitCode: number; readonly oomKilled: boolean };

/** Runs a shell as a container's main process in the cgroup `at`, and decides as for a container of `cgroup` that ended. */
const decideIn = async (cgroup: string, at: string, script: string): Promise<Answer> => {
  limit(cgroup);
  // It waits for a word: a container's process is known before it runs.
  const child = spawn('sh', ['-c', `read -r go; ${script}`], { stdio: ['pipe', 'ignore', 'ignore'] });
  const main = identify(child.pid ?? 0);
  await joinCgroup(hierarchy, at, child.pid ?? 0);
  child.stdin.end('go\n');
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  const exitCode = signal === 'SIGKILL' ? 137 : (code ?? -1);
  const exit = { exitCode, finishedAt: BigInt(Date.now()) * 1_000_000n };
  return { exitCode, oomKilled: await wasOomKilled(exit, { hierarchy, cgroup, layout, main, log }) };
};

const decide = async (name: string, script: string, below = ''): Promise<Answer> => {
  const cgroup = `${PARENT}/${name}`;
  await makeCgroup(hierarchy, cgroup + below);
  try {
    return await decideIn(cgroup, cgroup + below, script);
  } finally {
    await killCgroup(hierarchy, cgroup + below);
    await removeCgroup(hierarchy, cgroup + below);
    await removeCgroup(hierarchy, cgroup);
  }
};

const repeat = async (name: string, script: string): Promise<readonly Answer[]> => {
  const left = Array.from({ length: ROUNDS }, (_, round) => `${name}-${round}`);
  const answers: Answer[] = [];
  const work = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) answers.push(await decide(next, script));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
};

const all = (exitCode: number, oomKilled: boolean) => Array.from({ length: ROUNDS }, () => ({ exitCode, oomKilled }));

/** tail keeps the last line, and this one has no end. */
const EAT = 'tail /dev/zero';

beforeAll(() => makeCgroup(hierarchy, PARENT));
afterAll(() => removeCgroup(hierarchy, PARENT));

test('a main process that was killed for memory was', async () => {
  expect(await repeat('main', `exec ${EAT}`)).toEqual(all(137, true));
});

test('a main process that got SIGKILL was not', async () => {
  expect(await repeat('plain', 'kill -9 $$')).toEqual(all(137, false));
});

test('a main process that exits by itself after a child was killed for memory was not, whatever its code', async () => {
  expect(await repeat('child', `${EAT}; exit 3`)).toEqual(all(3, false));
  expect(await repeat('child-code', `${EAT}; exit 137`)).toEqual(all(137, false));
});

test('a main process that got SIGKILL after a child was killed for memory was not', async () => {
  expect(await repeat('both', `${EAT}; kill -9 $$`)).toEqual(all(137, false));
});

test('many at once, more than the kernel reports in full, are all seen', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `burst-${index}`);
  const answers = await Promise.all(names.map((name) => decide(name, `exec ${EAT}`)));
  expect(answers.filter(({ oomKilled }) => oomKilled)).toHaveLength(names.length);
});

test('the cgroup of the killed one may lie below the container’s', async () => {
  expect(await decide('outer', `exec ${EAT}`, '/inner')).toEqual({ exitCode: 137, oomKilled: true });
});
