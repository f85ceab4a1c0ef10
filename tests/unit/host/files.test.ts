import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeDirectory, replaceFile, syncFile } from '../../../src/host/files.ts';
import { mount, unmount } from '../../../src/host/libc/mounts.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'janus-files-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('a directory that is made', () => {
  it.each([0o700, 0o710])('has those above it made too, and may be there already (mode %o)', async (mode) => {
    const path = join(directory, 'a', 'b', 'c');
    await makeDirectory(path, mode);
    await makeDirectory(path, mode);
    expect([path, join(directory, 'a')].map(modeOf)).toEqual([mode, mode]);
  });

  it('cannot take the place of a file, nor stand below one', async () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    await expect(makeDirectory(file, 0o700)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeDirectory(join(file, 'a', 'b'), 0o700)).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it.runIf(process.getuid?.() === 0)('on a full disk is ENOSPC, at any depth', async () => {
    mount({ source: 'full', target: directory, type: 'tmpfs', flags: 0, data: 'nr_inodes=2' });
    try {
      writeFileSync(join(directory, 'last'), '');
      await expect(makeDirectory(join(directory, 'a', 'b'), 0o700)).rejects.toMatchObject({ code: 'ENOSPC' });
    } finally {
      unmount(directory);
    }
  });
});

describe.each([true, false])('a file that is replaced (durable: %s)', (durable) => {
  it('has the new content, and only its owner reads it', async () => {
    const path = join(directory, 'record');
    await replaceFile(path, 'old', { durable });
    await replaceFile(path, 'new', { durable });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(modeOf(path)).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['record']);
  });

  it('has the mode that is asked for', async () => {
    const path = join(directory, 'public');
    await replaceFile(path, 'x', { durable, mode: 0o640 });
    expect(modeOf(path)).toBe(0o640);
  });

  it('keeps its old content, and leaves no draft, when it cannot be', async () => {
    const path = join(directory, 'record');
    mkdirSync(path);
    writeFileSync(join(path, 'kept'), 'old');
    await expect(replaceFile(path, 'new', { durable })).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(directory)).toEqual(['record']);
    expect(readFileSync(join(path, 'kept'), 'utf8')).toBe('old');
  });

  it('is whole for a reader at any time', async () => {
    const path = join(directory, 'record');
    const contents = Array.from({ length: 20 }, (_, n) => String(n).repeat(50_000));
    await replaceFile(path, contents[0] ?? '', { durable });
    const written = Promise.all(contents.map((content) => replaceFile(path, content, { durable })));
    let done = false;
    void written.then(() => (done = true));
    do {
      expect(contents).toContain(readFileSync(path, 'utf8'));
      await new Promise((resolve) => setImmediate(resolve));
    } while (!done);
    await written;
  });
});

describe.runIf(process.getuid?.() === 0)('a disk that is full', () => {
  it.each([true, false])('is said as such, and the old content stays (durable: %s)', async (durable) => {
    mount({ source: 'tmpfs', target: directory, type: 'tmpfs', data: 'size=64k' });
    try {
      const path = join(directory, 'record');
      await replaceFile(path, 'old', { durable });
      await expect(replaceFile(path, 'x'.repeat(1024 * 1024), { durable })).rejects.toMatchObject({
        kind: 'resource-exhausted',
      });
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(directory)).toEqual(['record']);
      await replaceFile(path, 'new', { durable });
    } finally {
      unmount(directory);
    }
  });
});

describe('what a power cut must not undo', () => {
  /** Of every file that is opened from here on. */
  const spyOnSync = async () => {
    const handle = await open(directory, 'r');
    const spy = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'sync');
    await handle.close();
    return spy;
  };
  afterEach(() => void vi.restoreAllMocks());

  it('is synced with its directory, when it is written or later, and otherwise not', async () => {
    const path = join(directory, 'record');
    const sync = await spyOnSync();
    await replaceFile(path, 'old', { durable: false });
    expect(sync).not.toHaveBeenCalled();
    await syncFile(path);
    expect(sync).toHaveBeenCalledTimes(2);
    expect(readFileSync(path, 'utf8')).toBe('old');
    await replaceFile(path, 'new', { durable: true });
    expect(sync).toHaveBeenCalledTimes(4);
  });

  const noSpace = (): Error => Object.assign(new Error('no space'), { code: 'ENOSPC' });

  it('on a full disk says so', async () => {
    const path = join(directory, 'record');
    await replaceFile(path, 'old', { durable: false });
    const sync = await spyOnSync();
    sync.mockRejectedValueOnce(noSpace());
    await expect(syncFile(path)).rejects.toMatchObject({ kind: 'resource-exhausted' });
  });

  it('says so when it is the directory that finds no room', async () => {
    const path = join(directory, 'record');
    const sync = await spyOnSync();
    sync.mockResolvedValueOnce(undefined).mockRejectedValueOnce(noSpace());
    await expect(replaceFile(path, 'new', { durable: true })).rejects.toMatchObject({ kind: 'resource-exhausted' });
    expect(readdirSync(directory)).toEqual(['record']);
  });
});
