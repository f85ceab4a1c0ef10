import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ContainerLayout, containerLayout } from '../../../src/runtime/container-layout.ts';
import {
  identifyCall,
  leftCalls,
  type ProcessSpec,
  removeCallFiles,
  writeCallFiles,
} from '../../../src/runtime/exec/call-files.ts';

const own = {
  terminal: true,
  args: ['own'],
  cwd: '/work',
  env: ['A=b'],
  user: { uid: 7, gid: 8 },
  capabilities: { bounding: ['CAP_CHOWN'] },
};

let directory: string;
let layout: ContainerLayout;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'janus-call-'));
  layout = {
    ...containerLayout({ state: directory, graph: directory }, 'x'),
    bundle: directory,
    spec: join(directory, 'config.json'),
  };
  writeFileSync(layout.spec, JSON.stringify({ process: own }));
});
afterEach(() => rmSync(directory, { recursive: true }));

const written = async (spec: ProcessSpec): Promise<unknown> => {
  const files = writeCallFiles(layout, spec);
  expect(statSync(files.process).mode & 0o777).toBe(0o600);
  const content: unknown = JSON.parse(readFileSync(files.process, 'utf8'));
  removeCallFiles(files, false);
  return content;
};

it('the process is the container’s own with another command, and a terminal only if it asks for one', async () => {
  expect(await written({ command: ['a', 'b c'], terminal: undefined })).toEqual({
    ...own,
    args: ['a', 'b c'],
    terminal: false,
  });
});

it('a terminal has the size of the client, and a name', async () => {
  const sized = await written({ command: ['a'], terminal: { size: { width: 80, height: 24 } } });
  expect(sized).toEqual({ ...own, args: ['a'], env: ['A=b', 'TERM=xterm'], consoleSize: { width: 80, height: 24 } });
});

it('keeps the container’s own TERM, and leaves a size of nothing out', async () => {
  writeFileSync(layout.spec, JSON.stringify({ process: { ...own, env: ['TERM=vt100'] } }));
  const process = await written({ command: ['a'], terminal: { size: { width: 0, height: 0 } } });
  expect(process).toEqual({ ...own, args: ['a'], env: ['TERM=vt100'] });
});

it('leaves no file', async () => {
  await written({ command: ['a'], terminal: undefined });
  expect(readdirSync(directory)).toEqual(['config.json']);
});

it('a process that runs is found by a later daemon, as the one that was started', async () => {
  const files = writeCallFiles(layout, { command: ['a'], terminal: undefined });
  writeFileSync(files.pid, '7');
  identifyCall(files, { pid: 7, startTime: '99' });
  removeCallFiles(files, true);
  expect(existsSync(files.process)).toBe(false);
  expect((await leftCalls(layout)).calls).toEqual([{ pid: 7, startTime: '99' }]);
  removeCallFiles(files, false);
  expect((await leftCalls(layout)).calls).toEqual([]);
});

it('what a call left that was interrupted is forgotten, too', async () => {
  const files = writeCallFiles(layout, { command: ['a'], terminal: undefined });
  writeFileSync(files.pid, '7');
  const { calls, forget } = await leftCalls(layout);
  expect(calls).toEqual([{ pid: 7, startTime: undefined }]);
  await forget();
  expect(readdirSync(directory)).toEqual(['config.json']);
});
