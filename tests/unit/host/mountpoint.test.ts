import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mountpointOf } from '../../../src/host/mountpoint.ts';

const directory = mkdtempSync(join(tmpdir(), 'janus-mountpoint-'));
afterAll(() => rmSync(directory, { recursive: true }));

test.each(['/', '/proc', '/sys'])('%s is its own', (path) => {
  expect(mountpointOf(path)).toBe(path);
});

test('a directory in another file system than its parent ends the way up', () => {
  expect(mountpointOf('/proc/self/fd')).toBe('/proc');
});

test('what is not there yet has the one of its parent', () => {
  expect(mountpointOf(join(directory, 'images', 'layers'))).toBe(mountpointOf(directory));
});
