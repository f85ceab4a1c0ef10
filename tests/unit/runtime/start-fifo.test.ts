import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessIdentity } from '../../../src/core/model/sandbox.ts';
import { killGroup } from '../../../src/host/process.ts';
import { identify } from '../../../src/host/process-identity.ts';
import { openStartFifo, waitsForStart } from '../../../src/runtime/start-fifo.ts';
import { until } from '../../support/wait.ts';

let root: string;
let fifo: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'janus-start-'));
  fifo = join(root, 'exec.fifo');
  execFileSync('mkfifo', [fifo]);
});
afterEach(() => {
  if (child?.pid !== undefined) killGroup(child.pid);
  rmSync(root, { recursive: true });
});

/** A process that runs `then` under the name that runc gives to one which waits for its start. */
const waiting = async (then: string): Promise<ProcessIdentity> => {
  child = spawn('sh', ['-c', `printf 'runc:[2:INIT]' >/proc/$$/comm; ${then}`, 'sh', fifo], {
    detached: true,
    stdio: 'ignore',
  });
  const { pid = 0 } = child;
  await until('it has its name', () => readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('runc:['));
  const process = identify(pid);
  if (process === undefined) throw new Error('the process has ended');
  return process;
};

const patient = () => ({ signal: AbortSignal.timeout(30_000) });
const asRuncDoes = `printf 0 >"$1"; exec sleep 1000`;

describe('a container that waits for its start', () => {
  it('is let go, and its fifo is gone as runc wants it', async () => {
    const process = await waiting(asRuncDoes);
    expect(waitsForStart(process)).toBe(true);
    expect(await openStartFifo(fifo, process, patient())).toBe(true);
    expect(existsSync(fifo)).toBe(false);
    await until('it is the command', () => !waitsForStart(process));
  });

  it('is left to the runtime when its process does not wait', async () => {
    child = spawn('sleep', ['1000'], { detached: true });
    const process = identify(child.pid ?? 0) ?? { pid: 0, startTime: '' };
    expect(await openStartFifo(fifo, process, patient())).toBe(false);
    expect(existsSync(fifo)).toBe(true);
  });

  it('is left to the runtime when there is no fifo', async () => {
    const process = await waiting('while :; do sleep 1000; done');
    rmSync(fifo);
    expect(await openStartFifo(fifo, process, patient())).toBe(false);
  });

  it('is left to the runtime when it ends before it was let go', async () => {
    const process = await waiting('while :; do sleep 1000; done');
    const started = openStartFifo(fifo, process, patient());
    child?.kill('SIGKILL');
    expect(await started).toBe(false);
  });

  it('is waited for no longer than the caller has time', async () => {
    const process = await waiting('while :; do sleep 1000; done');
    const abort = new AbortController();
    const started = openStartFifo(fifo, process, abort);
    setTimeout(() => abort.abort(new Error('too late')), 20);
    await expect(started).rejects.toThrow('too late');
  });

  it('is not let go for a caller whose time has ended', async () => {
    const process = await waiting(asRuncDoes);
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(openStartFifo(fifo, process, { signal })).rejects.toThrow('too late');
    expect(waitsForStart(process)).toBe(true);
    expect(existsSync(fifo)).toBe(true);
  });
});
