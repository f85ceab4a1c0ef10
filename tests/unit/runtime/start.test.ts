import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ContainerRef } from '../../../src/core/ports/container-runtime.ts';
import { identify } from '../../../src/host/process-identity.ts';
import type { ContainerEnvironment } from '../../../src/runtime/container-environment.ts';
import { containerLayout } from '../../../src/runtime/container-layout.ts';
import { startContainer } from '../../../src/runtime/start.ts';
import { until } from '../../support/wait.ts';

const ID = 'c'.repeat(64);

let root: string;
let fifo: string;
let child: ChildProcess;

/** A process that waits as runc's does, and a runtime that tells when it is called. */
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'janus-starts-'));
  fifo = join(root, 'exec.fifo');
  execFileSync('mkfifo', [fifo]);
  child = spawn('sh', ['-c', `printf 'runc:[2:INIT]' >/proc/$$/comm; printf 0 >"$0"; exec sleep 1000`, fifo]);
  await until('it has its name', () => readFileSync(`/proc/${child.pid}/comm`, 'utf8').startsWith('runc:['));
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

const roots = () => ({ state: join(root, 'state'), graph: join(root, 'graph') });

const writeSpec = (spec: unknown): void => {
  const { spec: path } = containerLayout(roots(), ID);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(spec));
};

/** Whether the runtime was called. */
const start = async (hasFifo = true): Promise<boolean> => {
  const called = join(root, 'called');
  const runtimes = {
    startFifo: () => (hasFifo ? fifo : undefined),
    command: () => ({ path: 'touch', args: [called], cwd: '/' }),
  };
  const state = { kind: 'created', process: identify(child.pid ?? 0) };
  await startContainer(
    { roots: roots(), runtimes } as unknown as ContainerEnvironment,
    { container: { id: ID, state }, sandbox: {} } as unknown as ContainerRef,
    AbortSignal.timeout(30_000),
  );
  return existsSync(called);
};

it('a container without hooks is let go by its fifo', async () => {
  writeSpec({ process: {} });
  expect(await start()).toBe(false);
  expect(existsSync(fifo)).toBe(false);
});

it('a hook that comes after the start makes it the start of the runtime', async () => {
  writeSpec({ hooks: { poststart: [{ path: '/bin/true' }] } });
  expect(await start()).toBe(true);
  expect(existsSync(fifo)).toBe(true);
});

it('so does a spec that is gone', async () => {
  expect(await start()).toBe(true);
});

it('so does a runtime without such a fifo', async () => {
  writeSpec({});
  expect(await start(false)).toBe(true);
});
