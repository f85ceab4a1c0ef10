import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inCode, page, repository, rows, section } from './page.ts';

const text = page('features.md');
const COLUMNS = ['v1alpha2', 'v1', 'cgroup v1', 'cgroup v2', 'runc', 'crun'];

const tests = rows(section(text, '## Tests')).map(([name, file, title = '']) => ({
  name: inCode(name)[0] ?? '',
  file: inCode(file)[0] ?? '',
  title,
}));

const table = text
  .slice(0, text.indexOf('## Tests'))
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const [head = [], ...features] = table;

test('the table has a column for each version, cgroup version and runtime', () => {
  expect(head).toEqual(['Feature', ...COLUMNS]);
  expect(features.length).toBeGreaterThan(15);
});

test.each(features.map((cells) => ({ feature: cells[0] ?? '', cells: cells.slice(1) })))(
  '$feature: each cell is backed by tests of the list, or depends on nothing',
  ({ cells }) => {
    expect(cells).toHaveLength(COLUMNS.length);
    for (const cell of cells) {
      if (cell === 'any') continue;
      expect(cell).toMatch(/^(absent: )?`[\w-]+`(, `[\w-]+`)*$/);
      for (const name of inCode(cell)) expect(tests.map((entry) => entry.name)).toContain(name);
    }
    expect(cells.some((cell) => cell !== 'any')).toBe(true);
  },
);

test.each(tests)('$name: tests/$file has "$title"', ({ name, file, title }) => {
  const path = new URL(`tests/${file}`, repository);
  expect(existsSync(path)).toBe(true);
  const source = readFileSync(path, 'utf8');
  expect(["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote}`))).toBe(true);
  expect(features.flat().some((cell) => inCode(cell).includes(name))).toBe(true);
});

test('no name of a test stands twice', () => {
  expect(new Set(tests.map(({ name }) => name)).size).toBe(tests.length);
});
