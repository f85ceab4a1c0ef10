import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { identify } from '../../../src/host/process-identity.ts';
import { endMaking } from '../../../src/runtime/end-making.ts';

const patient = { signal: AbortSignal.timeout(30_000) };
let children: readonly ChildProcess[];

const start = async (...args: readonly string[]): Promise<ChildProcess> => {
  const child = spawn('sh', ['-c', 'sleep 1000', 'maker', ...args], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  children = [...children, child];
  return child;
};

beforeEach(() => {
  children = [];
});

afterEach(() => {
  for (const { pid = 0 } of children) if (identify(pid) !== undefined) process.kill(-pid, 'SIGKILL');
});

it('who makes something from the bundle is ended; who was told another one, or only names it, is not', async () => {
  const bundle = `/run/janus-${process.pid}/containers/c`;
  const maker = await start('create', '--bundle', bundle, '--pid-file', `${bundle}/pid`, 'c');
  const others = [await start('--bundle', `${bundle}2`), await start('delete', bundle)];
  const ended = once(maker, 'exit');
  await endMaking(bundle, patient);
  expect(await ended).toEqual([null, 'SIGKILL']);
  for (const { pid = 0 } of others) expect(identify(pid)).toBeDefined();
});
