import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readHookSpec } from '../../../src/runtime/hooks/hook-spec.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'janus-hooks-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const given = (content: string): string => {
  const path = join(directory, 'hooks.json');
  writeFileSync(path, content);
  return path;
};

test('hooks by name, as they stand in the file', async () => {
  const hooks = {
    prestart: [{ path: '/bin/sh', args: ['sh', '-c', 'true'], env: ['A=b'], timeout: 5 }],
    poststop: [{ path: '/bin/true' }],
  };
  expect(await readHookSpec(given(JSON.stringify(hooks)))).toEqual(hooks);
  expect(await readHookSpec('')).toEqual({});
});

test.each([
  ['no JSON', '{', 'JSON'],
  ['a list', '[]', 'must be an object of lists of hooks'],
  ['an unknown name', '{"before": []}', 'has the unknown before'],
  ['no path', '{"prestart": [{}]}', 'prestart[0].path: must be a string'],
  ['a relative path', '{"prestart": [{"path": "true"}]}', 'prestart[0].path: must be an absolute path'],
  ['an unknown field', '{"prestart": [{"path": "/bin/true", "when": 1}]}', 'prestart[0]: has the unknown when'],
  ['a timeout', '{"prestart": [{"path": "/bin/true", "timeout": 0}]}', 'prestart[0].timeout: must be more than 0'],
  ['an environment', '{"prestart": [{"path": "/bin/true", "env": ["A"]}]}', 'prestart[0].env[0]: must be NAME=value'],
  ['no program', '{"poststop": [{"path": "/etc/passwd"}]}', 'poststop[0].path: /etc/passwd is no program'],
])('%s is refused, and named', async (_what, content, problem) => {
  const path = given(content);
  const refusal = readHookSpec(path);
  await expect(refusal).rejects.toMatchObject({ kind: 'failed-precondition' });
  await expect(refusal).rejects.toThrow(`"hook-spec": ${path}: `);
  await expect(refusal).rejects.toThrow(problem);
});

test('a file that is not there is refused', async () => {
  await expect(readHookSpec(join(directory, 'none'))).rejects.toThrow('ENOENT');
});
