import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newContainerId } from '../../../../src/core/model/ids.ts';
import { readExitFile, removeExitFile, watchExits } from '../../../../src/runtime/conmon/exits.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'janus-exits-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** As conmon does it. */
const leave = (name: string, content = '0'): void => {
  writeFileSync(join(directory, 'draft'), content);
  renameSync(join(directory, 'draft'), join(directory, name));
};

describe('an exit file', () => {
  it('says the code, and by its age the time', async () => {
    const id = newContainerId();
    const before = BigInt(Date.now() - 1000) * 1_000_000n;
    leave(id, '137');
    const exit = readExitFile(directory, id);
    expect(exit).toMatchObject({ containerId: id, exitCode: 137 });
    expect(exit?.finishedAt).toBeGreaterThan(before);
  });

  it('that is not there, or no number, says nothing', () => {
    const id = newContainerId();
    expect(readExitFile(directory, id)).toBeUndefined();
    leave(id, 'rubbish');
    expect(readExitFile(directory, id)).toBeUndefined();
  });

  it('may be gone when it is removed', async () => {
    const id = newContainerId();
    leave(id);
    await removeExitFile(directory, id);
    await removeExitFile(directory, id);
    expect(readExitFile(directory, id)).toBeUndefined();
  });
});

describe('the watch', () => {
  it('tells of what is there, of what comes, and of nothing else', async () => {
    const [early, late] = [newContainerId(), newContainerId()];
    leave(early);
    const told = new Set<string>();
    using _watch = watchExits(directory, (id) => void told.add(id));
    await vi.waitUntil(() => told.has(early));
    leave('not-an-id');
    leave(late);
    await vi.waitUntil(() => told.has(late));
    expect([...told]).toEqual([early, late]);
  });

  it('makes the directory', () => {
    const missing = join(directory, 'exits');
    using _watch = watchExits(missing, () => undefined);
    expect(() => writeFileSync(join(missing, 'x'), '')).not.toThrow();
  });
});
