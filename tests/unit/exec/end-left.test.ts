import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ContainerRef } from '../../../src/core/ports/container-runtime.ts';
import { identify } from '../../../src/host/process-identity.ts';
import { containerLayout } from '../../../src/runtime/container-layout.ts';
import { endLeft } from '../../../src/runtime/exec/end-left.ts';
import type { ExecEnvironment } from '../../../src/runtime/exec/exec-environment.ts';

let bundle: string;
let child: ChildProcess;
let pid: number;

beforeEach(async () => {
  bundle = mkdtempSync(join(tmpdir(), 'janus-end-left-'));
  child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  pid = child.pid ?? 0;
});

afterEach(() => {
  child.kill('SIGKILL');
  rmSync(bundle, { recursive: true });
});

/** Recovers a container in whose bundle a call left a pid file with that content, and whose cgroup has those processes. */
const recovered = async (content: string, inside: readonly number[]): Promise<void> => {
  for (const end of ['json', 'log', 'pid']) writeFileSync(join(bundle, `exec-0123456789ab.${end}`), content);
  const layout = { ...containerLayout({ state: bundle, graph: bundle }, 'c'), bundle };
  const env = { layout: () => layout, pids: async () => inside } satisfies Partial<ExecEnvironment>;
  await endLeft(env as unknown as ExecEnvironment, {} as ContainerRef);
  expect(readdirSync(bundle)).toEqual([]);
};

const startTime = (): string => identify(pid)?.startTime ?? '';

it.each([
  ['the daemon had identified', () => `${pid} ${startTime()}`],
  ['the daemon had no time to identify', () => String(pid)],
])('a process that %s is ended', async (_what, content) => {
  const ended = once(child, 'exit');
  await recovered(content(), [pid]);
  expect(await ended).toEqual([null, 'SIGKILL']);
});

it.each([
  ['has its pid, but was started later', () => `${pid} 1`, () => [pid]],
  ['has its pid, but is not in the container', () => `${pid} ${startTime()}`, () => []],
  ['is named by no number', () => '', () => [pid]],
])('a process that %s is left alone', async (_what, content, inside) => {
  await recovered(content(), inside());
  expect(identify(pid)).toBeDefined();
});
