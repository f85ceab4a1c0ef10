import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Definition, definitions } from '../../../src/prometheus/definitions.ts';
import { inCode, page, repository, rows } from './page.ts';

const documented = rows(page('metrics.md')).map(([name, kind, labels]) => [inCode(name)[0], kind, inCode(labels)]);

test('the page has every metric with its kind and labels, and no other', () => {
  const defined = Object.values<Definition>(definitions).map(({ name, kind, labels }) => [name, kind, labels]);
  expect(documented).toEqual(defined);
});

test('the guide asks for metrics that are there', () => {
  const guide = readFileSync(new URL('docs/guides/monitoring.md', repository), 'utf8');
  const asked = [...guide.matchAll(/(?:janus|grpc_server)_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
  const names: readonly string[] = Object.values(definitions).map(({ name }) => name);
  expect(asked.length).toBeGreaterThan(4);
  expect(asked.filter((name) => !names.includes(name))).toEqual([]);
});
