import { expect, test } from 'vitest';
import { capabilityArgs } from '../../../src/network/capabilities.ts';
import { NETWORKS_ANNOTATION } from '../../../src/network/plan.ts';
import { specAnnotations } from '../../../src/runtime/spec/annotations.ts';
import { specInput } from '../spec/fixtures.ts';
import { inCode, page, rows, section } from './page.ts';

const text = page('annotations.md');
const namesIn = (heading: string): readonly (string | undefined)[] =>
  rows(section(text, heading)).map(([cell]) => inCode(cell)[0]);

test('the annotations of the specification are those that are set', () => {
  expect(namesIn('## Of the OCI specification, that Janus sets').toSorted()).toEqual(
    Object.keys(specAnnotations(specInput())).toSorted(),
  );
});

test('the annotations of pods are those that networks are made from', () => {
  const [networks, ...bandwidths] = namesIn('## Of pods, that Janus obeys');
  expect(networks).toBe(NETWORKS_ANNOTATION);
  const annotations = Object.fromEntries(bandwidths.map((name) => [name, '1M']));
  expect(capabilityArgs({ ...specInput().sandbox.config, annotations }, [])).toMatchObject({
    bandwidth: { ingressRate: 1_000_000, egressRate: 1_000_000 },
  });
  expect(bandwidths).toHaveLength(2);
});
