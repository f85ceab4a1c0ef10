import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { repository } from './page.ts';

const text = readFileSync(new URL('docs/security.md', repository), 'utf8');

/** The last cell of each line of the tables: the file of a test in code, and its name or what begins it. */
const named = text
  .split('\n')
  .filter((line) => /^\| (?!---|input |fault )/.test(line))
  .map((line) => line.split('|').at(-2)?.trim() ?? '');

test('every line names a test, or says why there is none', () => {
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter((cell) => !/^(`[\w/.-]+\.test\.ts` .+|not shown: .+)$/.test(cell))).toEqual([]);
});

test.each(named.filter((cell) => cell.startsWith('`')))('%s', (cell) => {
  const [, file = '', name = ''] = /^`([^`]+)` (.+)$/.exec(cell) ?? [];
  const path = new URL(`tests/${file}`, repository);
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, 'utf8')).toContain(name);
});
