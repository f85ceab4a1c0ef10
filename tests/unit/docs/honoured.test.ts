import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { shown } from '../../contract/honoured.ts';
import { page, repository, section } from './page.ts';

/** The other service has tests of its own. */
const withoutImages = (text: string): string => text.replace(section(text, '## Images'), '');

/** `Message.field` of every row whose second cell after the name, what it means in a request, says so. */
const honoured = (text: string): readonly string[] => {
  let message = '';
  return text.split('\n').flatMap((line) => {
    message = /^### (\w+)$/.exec(line)?.[1] ?? message;
    const [, field, meaning = ''] = /^\| `(\w+)` \| \w+ \| ([^|]*)/.exec(line) ?? [];
    return field !== undefined && meaning.includes('honoured') ? [`${message}.${field}`] : [];
  });
};

const fieldsOf = (fields: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(fields).flatMap(([message, names]) => names.split(' ').map((name) => `${message}.${name}`));

test('each honoured request field of RuntimeService has a test that shows it, and no other one has', () => {
  const fields = shown.flatMap((one) => fieldsOf(one.fields));
  const expected = honoured(withoutImages(page('cri.md')));
  expect(expected.length).toBeGreaterThan(150);
  expect(expected.filter((field) => !fields.includes(field))).toEqual([]);
  expect(fields.filter((field) => !expected.includes(field))).toEqual([]);
});

test.each(shown)('$file has the test "$test"', ({ file, test: name }) => {
  const source = readFileSync(new URL(`tests/${file}`, repository), 'utf8');
  expect([`'${name}'`, `"${name}"`].some((quoted) => source.includes(quoted))).toBe(true);
});
