import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseCommandLine } from '../../../src/config/command-line.ts';
import { defaultSettings } from '../../../src/config/defaults.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { IGNORED_KEYS, settingsSchema } from '../../../src/config/settings.ts';
import { inCode, page, rows, section } from './page.ts';

const text = page('configuration.md');
const ofKeys = rows(section(text, '## Keys')).filter((cells) => cells.length === 5);
const ofLogOptions = rows(section(text, '### Log')).filter((cells) => cells.length === 4);
const nameIn = (cells: readonly string[]): string => inCode(cells[0])[0] ?? '';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'janus-docs-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('every key has one row, and no other has', () => {
  expect(ofKeys.map(nameIn).toSorted()).toEqual(settingsSchema.keyof().options.toSorted());
});

test('every option of log-opts has one row, and no other has', () => {
  expect(ofLogOptions.map(nameIn).toSorted()).toEqual(Object.keys(settingsSchema.shape['log-opts'].shape).toSorted());
});

test('every row has a rule and a meaning', () => {
  expect(ofKeys.filter(([, , byDefault, rule, meaning]) => !byDefault || !rule || !meaning)).toEqual([]);
});

const load = (content: object) => {
  const file = join(directory, 'daemon.json');
  writeFileSync(file, JSON.stringify(content));
  return loadConfig({ file, fileRequired: true, flags: {}, build: { ENABLE_CRI_API_V1: true } }).config;
};

/** What the page gives as defaults, in the form of daemon.json. */
const documented = (): Record<string, unknown> => ({
  ...Object.fromEntries(
    ofKeys
      .filter(([, , cell]) => cell !== 'none')
      .map((cells) => [nameIn(cells), JSON.parse(inCode(cells[2])[0] ?? '')]),
  ),
  'log-opts': Object.fromEntries(
    ofLogOptions.filter(([, cell]) => cell !== '').map((cells) => [nameIn(cells), inCode(cells[1])[0]]),
  ),
});

test('a daemon.json of the defaults changes nothing', () => {
  expect(Object.keys(documented()).toSorted()).toEqual([...Object.keys(defaultSettings), 'cgroup-parent'].toSorted());
  expect(load(documented())).toEqual(load({}));
});

test('the known keys without effect are all of them', () => {
  const [, list = ''] = section(text, '## Known keys without effect').split(':\n');
  expect(inCode(list).toSorted()).toEqual([...IGNORED_KEYS].toSorted());
});

test('the flags are those of --help', () => {
  const shown: string[] = [];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => shown.push(String(chunk)) > 0);
  try {
    expect(() => parseCommandLine(['node', 'janusd', '--help'], '1.2.3')).toThrow();
  } finally {
    stdout.mockRestore();
  }
  const flags = (from: string): readonly string[] =>
    [...from.matchAll(/(?<![\w-])--?[A-Za-z][\w-]*/g)].map(([flag]) => flag);
  const helped = shown
    .join('')
    .split('\n')
    .flatMap((line) => flags(/^ {2}(-.*?)(?: {2,}|$)/.exec(line)?.[1] ?? ''));
  const named = [
    ...ofKeys.map(([, cell = '']) => cell),
    ...rows(section(text, '## Flags without a key')).map(([cell = '']) => cell),
  ];
  expect(helped).toContain('--config');
  expect(named.flatMap(flags).toSorted()).toEqual(helped.toSorted());
});
