import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identify } from '../../../../src/host/process-identity.ts';
import { isAlive } from '../../../../src/runtime/sandbox/alive.ts';

/** Ourselves, with links to our namespaces for pins. */
const self = identify(process.pid);
let pins: string;
beforeEach(() => {
  pins = mkdtempSync(join(tmpdir(), 'janus-pins-'));
  symlinkSync('/proc/self/ns/net', join(pins, 'net'));
});
afterEach(() => rmSync(pins, { recursive: true, force: true }));

describe('a pod', () => {
  const process = self ?? { pid: 0, startTime: '' };

  it('is alive while its process is in the namespaces that are pinned', () => {
    expect(isAlive(process, pins, ['net'])).toBe(true);
    expect(isAlive(process, pins, [])).toBe(true);
  });

  it('is not when its process is another one', () => {
    expect(isAlive({ ...process, startTime: '1' }, pins, [])).toBe(false);
  });

  it('is not when a pin is missing', () => {
    expect(isAlive(process, pins, ['net', 'ipc'])).toBe(false);
  });

  it('is not when a pin was unmounted: its file is no namespace', () => {
    writeFileSync(join(pins, 'ipc'), '');
    expect(isAlive(process, pins, ['ipc'])).toBe(false);
  });

  it('is not when another namespace is pinned', () => {
    symlinkSync('/proc/self/ns/net', join(pins, 'uts'));
    expect(isAlive(process, pins, ['uts'])).toBe(false);
  });
});
