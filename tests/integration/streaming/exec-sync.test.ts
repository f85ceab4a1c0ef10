import { statSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import { childrenOf, descriptorsOf, type Pod, running, startPod } from './pod.ts';

let pod: Pod;
let id: string;

beforeAll(async () => {
  pod = await startPod('sync', 29);
  id = await pod.run('main', 'while true; do sleep 1; done');
});

afterAll(async () => {
  expect(await pod.close()).toEqual([]);
});

const execSync = (script: string, timeout = 0n) =>
  pod.cri.runtime.execSync({ containerId: id, cmd: ['sh', '-c', script], timeout });

it('gives output and exit code', async () => {
  const { stdout, stderr, exitCode } = await execSync('echo out; echo err >&2; exit 4');
  expect([Buffer.from(stdout).toString(), Buffer.from(stderr).toString(), exitCode]).toEqual(['out\n', 'err\n', 4]);
});

it('has an input that is at its end, and neither it nor the container has a file of the host open', async () => {
  const { dev, ino } = statSync('/dev/null');
  const { stdout } = await execSync('cat; stat -Lc %d:%i /proc/self/fd/0 /proc/1/fd/0');
  const opened = Buffer.from(stdout).toString().trim().split('\n');
  expect(opened).toHaveLength(2);
  expect(opened).not.toContain(`${dev}:${ino}`);
});

it('past its time-out the command is killed with all that came of it', async () => {
  const failing = execSync('sleep 5001 & (sleep 5002 &); trap "" TERM; sleep 5003', 1n);
  await expect(failing).rejects.toThrow(/DEADLINE_EXCEEDED/);
  await until('all are gone', () => ['5001', '5002', '5003'].every((time) => running(`sleep ${time}`).length === 0));
});

const LIMIT = 16 * 1024 * 1024 - 1024;

it.each([
  ['stdout', 'much', [LIMIT, 0]],
  ['stderr', 'much >&2', [0, LIMIT]],
  ['both', 'much; much >&2', [LIMIT / 2, LIMIT / 2]],
])('what is too much for an answer is dropped and stalls nobody: %s', async (_which, script, expected) => {
  const { stdout, stderr, exitCode } = await execSync(
    `set -e; much() { head -c 20000000 /dev/zero; }; ${script}; exit 6`,
  );
  expect([stdout.length, stderr.length]).toEqual(expected);
  expect(exitCode).toBe(6);
});

it('does not wait for what is left in the background, whose output is its own affair', async () => {
  const { stdout, exitCode } = await execSync('sleep 6001 & echo started');
  expect([Buffer.from(stdout).toString(), exitCode]).toEqual(['started\n', 0]);
  expect(running('sleep 6001')).toHaveLength(1);
  await execSync('pkill -f "sleep 6001"');
});

it('a hundred at once end well, and leave no child or descriptor', async () => {
  const { pid } = pod.daemon();
  const before = { descriptors: descriptorsOf(pid), children: childrenOf(pid).length };
  const codes = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => (await execSync(`exit ${index}`)).exitCode),
  );
  expect(codes).toEqual(Array.from({ length: 100 }, (_, index) => index));
  await until('descriptors', () => descriptorsOf(pid) <= before.descriptors);
  await until('children', () => childrenOf(pid).length <= before.children);
});

it('in a container that has ended it fails', async () => {
  const ended = await pod.run('ended', 'exit 0');
  await until(
    'it ends',
    async () => (await pod.cri.runtime.containerStatus({ containerId: ended })).status?.state === 2,
  );
  await expect(pod.cri.runtime.execSync({ containerId: ended, cmd: ['true'], timeout: 1n })).rejects.toThrow(
    /FAILED_PRECONDITION/,
  );
});
