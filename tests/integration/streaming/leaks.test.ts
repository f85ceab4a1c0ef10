import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import { childrenOf, descriptorsOf, exec, memoryOf, type Pod, running, startPod } from './pod.ts';

let pod: Pod;
let id: string;

beforeAll(async () => {
  pod = await startPod('leaks', 24);
  id = await pod.run('main', 'while true; do sleep 1; done');
  const first = await exec(pod, id, 'true');
  await first.exitCode();
});

afterAll(async () => {
  expect(await pod.close()).toEqual([]);
});

/** `JANUS_SESSIONS` makes it more, as a long test; a third of them is killed by the client. */
const SESSIONS = Number(process.env['JANUS_SESSIONS'] ?? 1000);
/** After so many, buffers and code have the size that they need. */
const WARM_UP = 200;
const AT_ONCE = 16;
/** What the daemon may keep of all the others, once V8 has collected, which it does soon after the last of them. */
const KEPT_BYTES = 32 * 1024 * 1024;
const TICKING = 'echo ready; i=0; while [ $i -lt 20 ]; do echo $i; sleep 0.05; i=$((i+1)); done; exit 2';
/** With children and an orphan, that nobody but the engine ends. */
const LITTERING = `sleep 3000 & (sleep 3001 &); ${TICKING.replace('20', '1000')}`;

const inContainer = async (): Promise<string> => {
  const { stdout } = await pod.cri.runtime.execSync({ containerId: id, cmd: ['ps', '-o', 'args'], timeout: 20n });
  return Buffer.from(stdout).toString();
};

/** Every third client is killed, some before the process is there and some in the middle of the output. */
const oneSession = async (index: number): Promise<void> => {
  const killed = index % 3 === 0;
  const session = await exec(pod, id, killed ? LITTERING : TICKING, { tty: index % 4 === 0 });
  if (!killed) return expect(await session.exitCode()).toBe(2);
  await delay(Math.random() * 400);
  session.client.transport.destroy();
};

const sessions = async (count: number): Promise<void> => {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const worker = async (): Promise<void> => {
    for (let index = indexes.shift(); index !== undefined; index = indexes.shift()) await oneSession(index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

it('sessions of which a third is killed by the client leave no process, descriptor or file', async () => {
  const { pid } = pod.daemon();
  const before = { descriptors: descriptorsOf(pid), children: childrenOf(pid).length };
  await sessions(WARM_UP);
  const memory = memoryOf(pid);
  await sessions(SESSIONS);
  await until('the processes are gone', async () => !/sleep 300|echo ready/.test(await inContainer()));
  await until('the descriptors are closed', () => descriptorsOf(pid) <= before.descriptors);
  await until('no child is left', () => childrenOf(pid).length <= before.children);
  expect(readdirSync(`${pod.bed.state}/containers/${id}`).filter((name) => name.startsWith('exec-'))).toEqual([]);
  await until('the memory is given back', () => memoryOf(pid) - memory < KEPT_BYTES, 60);
}, 900_000);

it('the end of the daemon ends the sessions: the clients are told, and no process stays', async () => {
  const session = await exec(pod, id, 'echo up; sleep 4000');
  await until('it runs', () => session.streams.stdout.text() === 'up\n');
  expect(running('sleep 4000')).toHaveLength(1);
  await pod.restart();
  await expect(session.exitCode()).rejects.toThrow(/closing/);
  expect(running('sleep 4000')).toEqual([]);
});

it('a killed daemon leaves commands behind, which the next one ends; containers run on', async () => {
  const ended = await exec(pod, id, 'sleep 5000 & exit 3');
  expect(await ended.exitCode()).toBe(3);
  const session = await exec(pod, id, 'echo up; (sleep 5001 &); sleep 5002');
  const terminal = await exec(pod, id, 'trap "" HUP; echo up; sleep 5003', { tty: true });
  const probe = pod.cri.runtime.execSync({ containerId: id, cmd: ['sleep', '5004'], timeout: 3000n });
  const cut = expect(probe).rejects.toThrow(/UNAVAILABLE|CANCELLED/);
  const commands = ['sleep 5001', 'sleep 5002', 'sleep 5003', 'sleep 5004'];
  await until('they run', () => commands.every((command) => running(command).length === 1));
  for (const { streams } of [session, terminal]) await until('it is up', () => streams.stdout.text().startsWith('up'));
  await pod.kill();
  await cut;
  expect(commands.map((command) => running(command).length)).toEqual([1, 1, 1, 1]);
  await pod.start();
  await until('the commands are gone', () => commands.every((command) => running(command).length === 0));
  // What is left of a command that had ended is the container's own.
  expect(running('sleep 5000')).toHaveLength(1);
  expect(readdirSync(`${pod.bed.state}/containers/${id}`).filter((name) => name.startsWith('exec-'))).toEqual([]);
  const { status } = await pod.cri.runtime.containerStatus({ containerId: id });
  expect(status?.state).toBe(1);
});
