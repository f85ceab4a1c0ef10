import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resolveUser } from '../../../src/runtime/spec/resolve-user.ts';
import { readRootfsFile, resolveInRootfs } from '../../../src/runtime/spec/rootfs-files.ts';
import { security } from './fixtures.ts';

let base: string;
let rootfs: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'janus-rootfs-'));
  rootfs = join(base, 'rootfs');
  mkdirSync(join(rootfs, 'etc'), { recursive: true });
  writeFileSync(join(base, 'secret'), 'secret');
});
afterEach(() => rmSync(base, { recursive: true }));

const passwd = (): string => join(rootfs, 'etc/passwd');

describe('readRootfsFile', () => {
  test('reads a file, and nothing where there is none', async () => {
    writeFileSync(passwd(), 'text');
    expect(await readRootfsFile(rootfs, '/etc/passwd')).toBe('text');
    expect(await readRootfsFile(rootfs, '/etc/group')).toBe('');
    expect(await readRootfsFile(rootfs, '/etc/passwd/below')).toBe('');
  });

  test.each([
    ['/usr/passwd', 'absolute'],
    ['../usr/passwd', 'relative'],
    ['../../../../usr/passwd', 'above the root'],
  ])('follows the link %j (%s) inside the root', async (target) => {
    mkdirSync(join(rootfs, 'usr'));
    writeFileSync(join(rootfs, 'usr/passwd'), 'inside');
    symlinkSync(target, passwd());
    expect(await readRootfsFile(rootfs, '/etc/passwd')).toBe('inside');
  });

  test('a link out of the root finds nothing of the host', async () => {
    symlinkSync(join(base, 'secret'), passwd());
    symlinkSync('../../secret', join(rootfs, 'etc/group'));
    expect(await readRootfsFile(rootfs, '/etc/passwd')).toBe('');
    expect(await readRootfsFile(rootfs, '/etc/group')).toBe('');
  });

  test('a directory that is a link is followed inside too', async () => {
    rmSync(join(rootfs, 'etc'), { recursive: true });
    symlinkSync(base, join(rootfs, 'etc'));
    writeFileSync(join(base, 'passwd'), 'outside');
    expect(await readRootfsFile(rootfs, '/etc/passwd')).toBe('');
  });

  test('a loop of links is refused', async () => {
    symlinkSync('passwd', passwd());
    await expect(readRootfsFile(rootfs, '/etc/passwd')).rejects.toThrow('loop');
  });

  test('a FIFO is refused without waiting for a writer', async () => {
    execFileSync('mkfifo', [passwd()]);
    await expect(readRootfsFile(rootfs, '/etc/passwd')).rejects.toThrow('not a regular file');
  });

  test('a directory and a socket are refused', async () => {
    mkdirSync(passwd());
    await expect(readRootfsFile(rootfs, '/etc/passwd')).rejects.toThrow('not a regular file');
    const server = createServer().listen(join(rootfs, 'etc/group'));
    await expect(readRootfsFile(rootfs, '/etc/group')).rejects.toThrow('not a regular file');
    await new Promise((resolve) => server.close(resolve));
  });

  test('a file of more than 1 MiB is refused, one of 1 MiB is read', async () => {
    writeFileSync(passwd(), 'x'.repeat(1024 * 1024));
    expect(await readRootfsFile(rootfs, '/etc/passwd')).toHaveLength(1024 * 1024);
    writeFileSync(passwd(), 'x'.repeat(1024 * 1024 + 1));
    await expect(readRootfsFile(rootfs, '/etc/passwd')).rejects.toThrow('larger than');
  });
});

test('resolveInRootfs stays inside for any path', async () => {
  symlinkSync('/..', join(rootfs, 'up'));
  expect(await resolveInRootfs(rootfs, '/up/../../etc')).toBe(join(rootfs, 'etc'));
  expect(await resolveInRootfs(rootfs, '/')).toBe(rootfs);
  expect(await resolveInRootfs(rootfs, '/up/secret')).toBeUndefined();
});

test('resolveUser reads the files of the root file system', async () => {
  writeFileSync(passwd(), 'app:x:5:6::/app:/bin/sh\n');
  writeFileSync(join(rootfs, 'etc/group'), 'extra:x:77:app\n');
  const user = await resolveUser(security, { user: 'app' }, rootfs);
  expect(user).toEqual({ uid: 5, gid: 6, supplementalGroups: [6, 77], home: '/app' });
});

test('resolveUser needs no files for a number', async () => {
  const user = await resolveUser({ ...security, runAsUser: 12 }, { user: '' }, rootfs);
  expect(user).toEqual({ uid: 12, gid: 0, supplementalGroups: [0], home: '/' });
});
