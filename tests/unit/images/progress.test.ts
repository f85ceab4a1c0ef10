import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPullAccount } from '../../../src/images/progress.ts';
import { listening } from '../network/support.ts';

let blobs: string;
beforeEach(() => {
  blobs = mkdtempSync(join(tmpdir(), 'janus-progress-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(blobs, { recursive: true, force: true });
});

test('a pull is known with its bytes and seconds until it ends', async () => {
  let clock = 1000;
  const account = createPullAccount(listening().logger, () => clock);
  const done = account.begin('r.example/a:1', blobs);
  mkdirSync(join(blobs, 'sub'));
  writeFileSync(join(blobs, 'sub', 'layer'), Buffer.alloc(700));
  writeFileSync(join(blobs, 'other'), Buffer.alloc(24));
  clock += 2500;
  expect(await account.list()).toEqual([{ image: 'r.example/a:1', bytes: 724, seconds: 2.5 }]);
  done();
  expect(await account.list()).toEqual([]);
});

test('one whose directory is gone has moved nothing that is known', async () => {
  const account = createPullAccount(listening().logger, () => 0);
  const done = account.begin('a', join(blobs, 'absent'));
  expect(await account.list()).toEqual([{ image: 'a', bytes: 0, seconds: 0 }]);
  done();
});

test('a long one says how far it is, and nothing after its end', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  const { logger, lines } = listening();
  const done = createPullAccount(logger).begin('a', blobs);
  writeFileSync(join(blobs, 'layer'), 'xyz');
  vi.advanceTimersByTime(10_000);
  await vi.waitFor(() => expect(lines).toHaveLength(1));
  expect(lines[0]).toMatchObject({ level: 'info', fields: { image: 'a', bytes: 3, seconds: 10 } });
  done();
  vi.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(1);
});
