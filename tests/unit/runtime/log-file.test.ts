import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { logFault } from '../../../src/runtime/conmon/log-file.ts';
import { mustRun } from '../../support/command.ts';

let directory: string;
let foreign: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'janus-log-'));
  foreign = join(directory, 'foreign');
  writeFileSync(foreign, 'of the host');
  mkdirSync(join(directory, 'pod'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const pod = (name: string): string => join(directory, 'pod', name);
const fault = (name: string): Promise<string | undefined> => logFault(join(directory, 'pod'), pod(name));

test('a log that is not there, or is a file, is opened', async () => {
  expect(await fault('main.log')).toBeUndefined();
  expect(await fault('main/0.log')).toBeUndefined();
  writeFileSync(pod('main.log'), '');
  expect(await fault('main.log')).toBeUndefined();
});

test.each<[string, (path: string) => void]>([
  ['a link to a file', (path) => symlinkSync(foreign, path)],
  ['a link to nothing', (path) => symlinkSync('/nowhere/at/all', path)],
  ['a FIFO', (path) => void mustRun('mkfifo', path)],
  ['a directory', (path) => mkdirSync(path)],
])('%s is no log, nor what is renamed to one', async (_, make) => {
  make(pod('main.log'));
  expect(await fault('main.log')).toMatch(/main\.log is no regular file$/);
  make(pod('other.log.tmp'));
  expect(await fault('other.log')).toMatch(/other\.log\.tmp is no regular file$/);
});

test('another name of a file is no log', async () => {
  linkSync(foreign, pod('main.log'));
  expect(await fault('main.log')).toMatch(/main\.log has other names$/);
});

test('a directory on the way that is a link is not followed', async () => {
  mkdirSync(join(directory, 'elsewhere'));
  symlinkSync(join(directory, 'elsewhere'), pod('main'));
  expect(await fault('main/0.log')).toMatch(/main is no directory$/);
});

test('any name is opened or refused', async () => {
  const name = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\0'));
  await fc.assert(
    fc.asyncProperty(name, async (text) => {
      const result = await fault(text).catch((error: unknown) => error);
      expect(result === undefined || typeof result === 'string' || result instanceof Error).toBe(true);
    }),
  );
});
