import { expect, test } from 'vitest';
import { imageVolumes } from '../../../src/runtime/spec/volumes.ts';
import { mount } from './fixtures.ts';

const volumesOf = (volumes: string[], mounted: string[] = []) =>
  imageVolumes(
    { volumes },
    { mounts: mounted.map((containerPath) => ({ ...mount, containerPath })) },
    '/state/volumes',
  );

test('each path once, normal, in a directory of its own', () => {
  const found = volumesOf(['/data', '/data/', 'rel', '/']);
  expect(found.map(({ containerPath }) => containerPath)).toEqual(['/data', '/rel']);
  for (const { hostPath } of found) expect(hostPath).toMatch(/^\/state\/volumes\/[0-9a-f]{64}$/);
  expect(found[0]?.hostPath).not.toBe(found[1]?.hostPath);
});

test('what the request mounts is not a volume', () => {
  expect(volumesOf(['/a', '/b'], ['/a/'])).toMatchObject([{ containerPath: '/b' }]);
});

test.each(['/../../etc', '/a/../../b', '..', '/a\0'])('%j is refused', (path) => {
  expect(() => volumesOf([path])).toThrow('VOLUME');
});
