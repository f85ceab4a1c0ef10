import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createInitRoot } from '../../../src/runtime/sandbox/init-root.ts';

let directory: string;
beforeEach(() => (directory = join(mkdtempSync(join(tmpdir(), 'janus-init-')), 'init-root')));
afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

/** Where the calling thread is. */
const place = (): readonly string[] =>
  ['ns/mnt', 'ns/pid', 'ns/pid_for_children', 'cwd', 'root'].map((name) => readlinkSync(`/proc/thread-self/${name}`));

const descriptors = (): number => readdirSync('/proc/self/fd').length;

it('an action that fails leaves the thread where it was, and no descriptor', async () => {
  const root = createInitRoot(directory);
  await root.make();
  const before = { place: place(), descriptors: descriptors() };
  const failing = (): void => {
    throw new Error('it cannot be started');
  };
  expect(() => root.within(failing)).toThrow('it cannot be started');
  expect({ place: place(), descriptors: descriptors() }).toEqual(before);
});

it('a directory that was taken away is found again once it is made again', async () => {
  const root = createInitRoot(directory);
  await root.make();
  const seen = (): readonly string[] => readdirSync('/').sort();
  const whole = ['catatonit', 'dev', 'proc', 'sys'];
  expect(root.within(seen)).toEqual(whole);
  rmSync(directory, { recursive: true });
  const starts = (): void => {
    if (!seen().includes('catatonit')) throw new Error('there is no program');
  };
  expect(() => root.within(starts)).toThrow('there is no program');
  await root.make();
  expect(root.within(seen)).toEqual(whole);
});
