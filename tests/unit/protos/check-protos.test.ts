import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repository } from './schema.ts';

const original = (path: string) => fileURLToPath(new URL(path, repository));
const v1alpha2 = 'protos/v1alpha2/api.proto';
const v1 = 'protos/v1/api.proto';
const v1Table = 'scripts/cri-tables/v1.txt';
let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'janus-check-protos-'));
  for (const folder of ['protos', 'scripts/cri-tables']) {
    cpSync(original(folder), join(copy, folder), { recursive: true });
  }
});

afterEach(() => rmSync(copy, { recursive: true, force: true }));

function alter(path: string, from: string | RegExp, to: string): void {
  const text = readFileSync(join(copy, path), 'utf8');
  const altered = text.replace(from, to);
  if (altered === text) throw new Error(`${path}: nothing to alter`);
  writeFileSync(join(copy, path), altered);
}

function check() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [original('scripts/check-protos.mjs'), copy], {
    encoding: 'utf8',
  });
  return { status, stdout, lines: stderr.trimEnd().split('\n') };
}

test('the protos of the repository pass, with one line of counts', () => {
  const { status, stdout } = check();
  expect(status).toBe(0);
  expect(stdout).toMatch(/^v1alpha2 is a subset of v1 .*: v1alpha2 \d+ messages.*; v1 \d+ messages.*\n$/);
});

test.each([
  ['number', /int32 host_port = 3;/, 'int32 host_port = 9;', '"9 int32", the table has "3 int32"'],
  ['type', /int32 host_port = 3;/, 'int64 host_port = 3;', '"3 int64", the table has "3 int32"'],
  ['label', /int32 host_port = 3;/, 'repeated int32 host_port = 3;', '"3 repeated int32", the table has "3 int32"'],
  [
    'presence',
    /int32 host_port = 3;/,
    'optional int32 host_port = 3;',
    '"3 oneof _host_port int32", the table has "3 int32"',
  ],
  [
    'deprecation',
    /int32 host_port = 3;/,
    'int32 host_port = 3 [deprecated = true];',
    '"3 int32 deprecated", the table has "3 int32"',
  ],
  ['absence', /int32 host_port = 3;/, '', 'nothing, the table has "3 int32"'],
])('a field of another %s differs from the table', (_what, from, to, difference) => {
  alter(v1, from, to);
  const { status, lines } = check();
  expect(status).toBe(1);
  expect(lines).toContain(`${v1}: field PortMapping.host_port: ${difference}`);
});

test.each([
  [v1alpha2, /SCTP = 2;/, 'SCTP = 3;', 'value Protocol.SCTP: "3", the table has "2"'],
  [
    v1,
    /returns \(stream ContainerEventResponse\)/,
    'returns (ContainerEventResponse)',
    'rpc RuntimeService.GetContainerEvents: "(GetEventsRequest) -> ContainerEventResponse", the table has "(GetEventsRequest) -> stream ContainerEventResponse"',
  ],
  [
    v1,
    /package runtime.v1;/,
    'package runtime.v2;',
    'package: "runtime.v2, proto3", the table has "runtime.v1, proto3"',
  ],
  [v1, /$/, 'message Extra {}\n', 'message Extra: "", the table has nothing'],
])('%s: what is no field counts too (%s)', (path, from, to, difference) => {
  alter(path, from, to);
  const { status, lines } = check();
  expect(status).toBe(1);
  expect(lines).toContain(`${path}: ${difference}`);
});

test('v1 that drops what v1alpha2 has is no superset, even when its table agrees', () => {
  alter(v1, /int32 host_port = 3;/, '');
  alter(v1Table, /^ {2}3 host_port int32\n/m, '');
  expect(check()).toMatchObject({
    status: 1,
    lines: ['subset: field PortMapping.host_port: v1alpha2 "3 int32", v1 nothing'],
  });
});

test('v1 may deprecate and add', () => {
  alter(v1, /int32 host_port = 3;/, 'int32 host_port = 3 [deprecated = true]; string added = 9;');
  alter(v1Table, /^ {2}3 host_port int32\n/m, '  3 host_port int32 deprecated\n  9 added string\n');
  expect(check()).toMatchObject({ status: 0 });
});

test('the exception for KeyValue.value must be needed', () => {
  alter(v1, /bytes value = 2;/, 'string value = 2;');
  alter(v1Table, /^ {2}2 value bytes$/m, '  2 value string');
  expect(check()).toMatchObject({
    status: 1,
    lines: ['subset: field KeyValue.value: the exception no longer describes the protos'],
  });
});
