import { execFileSync } from 'node:child_process';
import { constants, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reopenLog } from '../../../src/runtime/conmon/reopen-log.ts';

let bundle: string;
let log: string;
let control: FileHandle | undefined;

beforeEach(() => {
  bundle = mkdtempSync(join(tmpdir(), 'janus-reopen-'));
  log = join(bundle, 'main.log');
  execFileSync('mkfifo', [join(bundle, 'ctl')]);
});

afterEach(async () => {
  await control?.close();
  control = undefined;
  rmSync(bundle, { recursive: true });
});

const listen = async (): Promise<FileHandle> => {
  control = await open(join(bundle, 'ctl'), constants.O_RDWR);
  return control;
};

/** Does as conmon does: a new file beside the log, renamed to its name. */
const answer = async (fifo: FileHandle): Promise<string> => {
  const { buffer, bytesRead } = await fifo.read(Buffer.alloc(100));
  writeFileSync(`${log}.tmp`, 'new\n');
  renameSync(`${log}.tmp`, log);
  return buffer.toString('utf8', 0, bytesRead);
};

const patient = { signal: AbortSignal.timeout(30_000) };

describe('reopening the log', () => {
  it.each(['renamed', 'left in place'])('of which the old file was %s ends with the new file there', async (how) => {
    writeFileSync(log, 'old\n');
    const { ino } = statSync(log);
    if (how === 'renamed') renameSync(log, `${log}.1`);
    const conmon = answer(await listen());
    await reopenLog(bundle, log, patient);
    expect(statSync(log).ino).not.toBe(ino);
    expect(await conmon).toBe('2 0 0\n');
  });

  it('waits for conmon no longer than it may', async () => {
    await listen();
    writeFileSync(log, 'old\n');
    const reopened = reopenLog(bundle, log, { signal: AbortSignal.abort() });
    await expect(reopened).rejects.toMatchObject({ kind: 'deadline-exceeded' });
  });

  it('without conmon is refused', async () => {
    await expect(reopenLog(bundle, log, patient)).rejects.toMatchObject({ kind: 'failed-precondition' });
  });
});
