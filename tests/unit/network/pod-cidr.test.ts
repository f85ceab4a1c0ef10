import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPodCidr, parsePodCidr } from '../../../src/network/pod-cidr.ts';
import { temporary } from './support.ts';

test('is one CIDR, or one of each family', () => {
  expect(parsePodCidr('')).toEqual([]);
  expect(parsePodCidr('10.0.0.0/24')).toEqual(['10.0.0.0/24']);
  expect(parsePodCidr('10.0.0.0/24,fd00::/64')).toEqual(['10.0.0.0/24', 'fd00::/64']);
});

test.each(['10.0.0.0', '10.0.0.0/33', 'x', ',', '10.0.0.0/24,', 'fd00::/129', '10.0.0.0/24;'])(
  '%j is refused',
  (text) => {
    expect(() => parsePodCidr(text)).toThrow('runtime_config.network_config.pod_cidr');
  },
);

test('outlives the daemon', () => {
  const directory = temporary();
  createPodCidr(directory).set('10.0.0.0/24,fd00::/64');
  expect(createPodCidr(directory).get()).toEqual(['10.0.0.0/24', 'fd00::/64']);
  createPodCidr(directory).set('');
  expect(createPodCidr(directory).get()).toEqual([]);
});

test('a refused one leaves the one before', () => {
  const cidr = createPodCidr(temporary());
  cidr.set('10.0.0.0/24');
  expect(() => cidr.set('rubbish')).toThrow('pod_cidr');
  expect(cidr.get()).toEqual(['10.0.0.0/24']);
});

test('a spoiled file is as none', () => {
  const directory = temporary();
  writeFileSync(join(directory, 'pod-cidr'), '10.0.0');
  expect(createPodCidr(directory).get()).toEqual([]);
});
