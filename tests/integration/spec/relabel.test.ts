import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { relabel } from '../../../src/runtime/relabel.ts';
import { command } from '../../support/command.ts';

// The kernel keeps the attribute with or without SELinux: what is written here is what SELinux would read.
const LABEL = 'system_u:object_r:container_file_t:s0:c1,c2';
const signal = new AbortController().signal;
let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'janus-relabel-'));
  mkdirSync(join(base, 'volume/deep/er'), { recursive: true });
  writeFileSync(join(base, 'volume/deep/er/file'), '');
  mkdirSync(join(base, 'outside'));
  writeFileSync(join(base, 'outside/secret'), '');
  symlinkSync(join(base, 'outside'), join(base, 'volume/directory'));
  symlinkSync(join(base, 'outside/secret'), join(base, 'volume/file'));
});
afterEach(() => rmSync(base, { recursive: true }));

/** Paths below the base that carry the label; getfattr(1) is not pleased with those that carry none. */
const labelled = (): readonly string[] =>
  command('getfattr', ['-R', '-P', '-h', '--absolute-names', '-n', 'security.selinux', base])
    .stdout.split('\n\n')
    .filter((entry) => entry.includes(`security.selinux="${LABEL}`))
    .map((entry) => (/^# file: (.*)$/m.exec(entry)?.[1] ?? '').slice(base.length + 1))
    .sort();

test('a directory and all below it are labelled, and nothing that links lead to', async () => {
  await relabel(join(base, 'volume'), LABEL, signal);
  expect(labelled()).toEqual([
    'volume',
    'volume/deep',
    'volume/deep/er',
    'volume/deep/er/file',
    'volume/directory',
    'volume/file',
  ]);
});

test('a single file is labelled', async () => {
  await relabel(join(base, 'outside/secret'), LABEL, signal);
  expect(labelled()).toEqual(['outside/secret']);
});

test('without a label nothing is', async () => {
  await relabel(join(base, 'volume'), undefined, signal);
  expect(labelled()).toEqual([]);
});
