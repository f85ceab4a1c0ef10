import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startScope, stopScope } from '../../../../src/runtime/sandbox/systemd-scope.ts';

const path = process.env['PATH'] ?? '';
let directory: string;

/** A busctl that notes what it is asked and answers as it is told. */
const answer = (script: string): void => {
  const busctl = join(directory, 'busctl');
  writeFileSync(busctl, `#!/bin/sh\nprintf '%s\\n' "$@" > ${directory}/asked\n${script}\n`);
  chmodSync(busctl, 0o755);
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'janus-scope-'));
  process.env['PATH'] = `${directory}:${path}`;
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(directory, { recursive: true, force: true });
});

const { signal } = new AbortController();
const scope = { unit: 'janus-1.scope', slice: 'a-b.slice', pid: 42, holdsProcess: async () => true };

test('a scope is asked for in its slice, with the process', async () => {
  answer('exit 0');
  await startScope(scope, signal);
  const asked = readFileSync(join(directory, 'asked'), 'utf8');
  expect(asked).toContain(
    'StartTransientUnit\nssa(sv)a(sa(sv))\njanus-1.scope\nreplace\n5\nPIDs\nau\n1\n42\nSlice\ns\na-b.slice\n',
  );
});

test('a scope has started when the process is in it, not when systemd has answered', async () => {
  answer('exit 0');
  const seen = [false, false, true];
  await startScope({ ...scope, holdsProcess: async () => seen.shift() ?? true }, signal);
  expect(seen).toEqual([]);
});

test('what systemd refuses is an error with its words', async () => {
  answer('echo "Call failed: Unit janus-1.scope already exists." >&2; exit 1');
  await expect(startScope(scope, signal)).rejects.toThrow('janus-1.scope already exists');
});

test('a process that never arrives is waited for as long as the request lasts', async () => {
  answer('exit 0');
  const request = new AbortController();
  const holdsProcess = async (): Promise<boolean> => {
    request.abort(new Error('too late'));
    return false;
  };
  await expect(startScope({ ...scope, holdsProcess }, request.signal)).rejects.toThrow('too late');
});

test('a scope that ended by itself needs no stopping; any other failure is one', async () => {
  answer('echo "Call failed: Unit janus-1.scope not loaded." >&2; exit 1');
  await stopScope('janus-1.scope', signal);
  answer('echo "Failed to connect to bus" >&2; exit 1');
  await expect(stopScope('janus-1.scope', signal)).rejects.toThrow('Failed to connect to bus');
});
