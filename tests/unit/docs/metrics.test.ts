import { expect, test } from 'vitest';
import { type Definition, definitions } from '../../../src/prometheus/definitions.ts';
import { inCode, page, rows } from './page.ts';

const documented = rows(page('metrics.md')).map(([name, kind, labels]) => [inCode(name)[0], kind, inCode(labels)]);

test('the page has every metric with its kind and labels, and no other', () => {
  const defined = Object.values<Definition>(definitions).map(({ name, kind, labels }) => [name, kind, labels]);
  expect(documented).toEqual(defined);
});
