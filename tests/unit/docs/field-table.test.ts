import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repository } from './page.ts';

const original = (path: string) => fileURLToPath(new URL(path, repository));
const table = 'docs/reference/cri.md';
let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'janus-field-table-'));
  for (const path of [table, 'scripts/cri-tables'])
    cpSync(original(path), join(copy, path), { recursive: true, dereference: true });
});

afterEach(() => rmSync(copy, { recursive: true, force: true }));

const alter = (path: string, from: string | RegExp, to: string): void => {
  const text = readFileSync(join(copy, path), 'utf8');
  const altered = text.replace(from, to);
  if (altered === text) throw new Error(`${path}: nothing to alter`);
  writeFileSync(join(copy, path), altered);
};

const check = () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [original('scripts/check-field-table.mjs'), copy], {
    encoding: 'utf8',
  });
  return {
    status,
    stdout,
    problems: stderr.trimEnd().replaceAll(/cri\.md:\d+: |line \d+/g, (at) => at.replace(/\d+/, 'N')),
  };
};

test('the page names every RPC and field of both versions once', () => {
  const { status, stdout } = check();
  expect(status).toBe(0);
  expect(stdout).toMatch(/^docs\/reference\/cri\.md names all \d+ RPCs and fields: \d+ of both versions, \d+ of v1\n$/);
});

test.each([
  ['a field without a row', /^\| `pod_cidr` .*\n/m, '', 'cri.md: NetworkConfig.pod_cidr is missing'],
  ['an RPC without a row', /^\| `ExecSync` .*\n/m, '', 'cri.md: RuntimeService.ExecSync is missing'],
  ['a row twice', /^\| `pod_cidr` .*\n/m, '$&$&', 'cri.md:N: NetworkConfig.pod_cidr stands in line N already'],
  ['a row of no field', '| `pod_cidr` |', '| `cidr` |', 'cri.md:N: NetworkConfig.cidr is in no version'],
  [
    'a wrong version',
    '| `pod_cidr` | both |',
    '| `pod_cidr` | v1 |',
    'cri.md:N: NetworkConfig.pod_cidr is marked "v1", and is "both"',
  ],
  [
    'a meaning that is not given',
    /(\| `pod_cidr` \| both) .*/,
    '$1 | |',
    'cri.md:N: NetworkConfig.pod_cidr has an empty cell',
  ],
  ['a row that cannot be read', '| `pod_cidr` |', '| `pod_cidr`, too |', 'is in no version'],
])('%s is found', (_, from, to, problem) => {
  alter(table, from, to);
  const { status, problems } = check();
  expect(problems).toContain(problem);
  expect(status).toBe(1);
});

test('a field that a later version brings is missed', () => {
  alter('scripts/cri-tables/v1.txt', '  1 pod_cidr string', '$&\n  2 gateway string');
  expect(check()).toMatchObject({ status: 1, problems: 'docs/reference/cri.md: NetworkConfig.gateway is missing' });
});
