import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ContainerRef } from '../../../../src/core/ports/container-runtime.ts';
import { identify } from '../../../../src/host/process-identity.ts';
import { startConmon } from '../../../../src/runtime/conmon/conmon.ts';
import { containerLayout } from '../../../../src/runtime/container-layout.ts';
import { until } from '../../../support/wait.ts';

const PATH = process.env['PATH'] ?? '';
const ID = 'c'.repeat(64);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'janus-conmon-'));
  process.env['PATH'] = [root, PATH].join(delimiter);
});
afterEach(() => {
  process.env['PATH'] = PATH;
  for (const pid of pids()) if (identify(pid) !== undefined) process.kill(pid, 'SIGKILL');
  rmSync(root, { recursive: true });
});

const layout = () => containerLayout({ state: join(root, 'state'), graph: join(root, 'graph') }, ID);

/** Of the conmon and of what it has forked, once both are there. */
const pids = (): readonly number[] => {
  try {
    return readFileSync(join(layout().bundle, 'pids'), 'utf8').trim().split(' ').map(Number);
  } catch {
    return [];
  }
};

/** Puts a script in conmon's place: what it runs shows none of conmon's arguments, as no process does for a moment after its exec. */
const installConmon = (script: string): void => {
  const path = join(root, 'conmon');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  mkdirSync(layout().bundle, { recursive: true });
};

const FORKS = 'sleep 1000 & echo $$ $! > pids.draft; mv pids.draft pids; exec sleep 1000';
const CLOSES_SYNC_PIPE = 'exec 3>&-';

const start = (signal: AbortSignal, stage: () => Promise<void>) => {
  const config = { tty: false, stdin: false, stdinOnce: false };
  // conmon is told no more than this of a container.
  const ref = { container: { id: ID, name: 'main', logPath: '', config } } as unknown as ContainerRef;
  const runtime = { path: '/bin/false', globalArgs: [] };
  return startConmon({ ref, layout: layout(), exits: join(root, 'exits'), runtime }, { signal, stage });
};

const stageFails = (): never => {
  throw new Error('the stage fails');
};

it.each([
  ['its stage fails', FORKS, stageFails, 'the stage fails'],
  ['it is given up', FORKS, (call: AbortController) => call.abort(new Error('given up')), 'given up'],
  ['conmon says nothing', `${CLOSES_SYNC_PIPE}; ${FORKS}`, () => undefined, 'conmon ended without a word'],
])('when %s neither conmon nor what it has forked runs on', async (_, script, fail, message) => {
  installConmon(script);
  const call = new AbortController();
  const stage = async (): Promise<void> => {
    await until('conmon has forked', () => pids().length === 2);
    fail(call);
  };
  await expect(start(call.signal, stage)).rejects.toThrow(message);
  const [first = 0, second = 0] = pids();
  expect(identify(first)).toBeUndefined();
  await until('what it has forked has ended', () => identify(second) === undefined);
});
