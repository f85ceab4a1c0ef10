import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonSyntaxError, parseJson } from '../../../src/config/json.ts';

test.each([
  ['', 1, 1, 'the end of the file'],
  ['{"a": 1,}', 1, 9, 'expected a key'],
  ['{\n  "a": x\n}', 2, 8, 'expected a value, found "x"'],
  ['{\n  "a": 1\n  "b": 2\n}', 3, 3, 'expected "," or "}"'],
  ['{"a" 1}', 1, 6, 'expected ":"'],
  ['{a: 1}', 1, 2, 'expected a key in double quotes'],
  ['[1, 2', 1, 6, 'the end of the file'],
  ['{} {}', 1, 4, 'expected the end of the file'],
  ['{"a": "unfinished}', 1, 7, 'unfinished'],
  ['{"a": "line\nbreak"}', 1, 7, 'unfinished'],
  ['{"a": 01}', 1, 7, 'expected a value'],
  [`${'['.repeat(70)}${']'.repeat(70)}`, 1, 66, 'levels'],
])('%j is wrong at line %d, column %d', (text, line, column, problem) => {
  expect(() => parseJson(text)).toThrow(JsonSyntaxError);
  expect(() => parseJson(text)).toThrow(`line ${line}, column ${column}: `);
  expect(() => parseJson(text)).toThrow(problem);
});

test('keys that stand twice in one object are named', () => {
  expect(parseJson('{"a": 1, "b": {"a": 2, "c": 3, "c": 4}, "a": 5}')).toEqual({
    value: { a: 5, b: { a: 2, c: 4 } },
    duplicateKeys: ['c', 'a'],
  });
});

const reference = (text: string): unknown => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};

test('it accepts what JSON.parse accepts, and nothing else', () => {
  const nearlyJson = fc
    .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom('', ',', '"', '}', '[', ':', '0', '\\', '\n', '\u007f'))
    .map(
      ([text, at, extra]) => text.slice(0, at % (text.length + 1)) + extra + text.slice((at + 1) % (text.length + 1)),
    );
  fc.assert(
    fc.property(fc.oneof(fc.json(), nearlyJson, fc.string()), (text) => {
      const expected = reference(text);
      if (expected === undefined) expect(() => parseJson(text)).toThrow(JsonSyntaxError);
      else expect({ value: parseJson(text).value }).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});
