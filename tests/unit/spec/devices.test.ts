import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deviceRules, ociDevices } from '../../../src/runtime/spec/devices.ts';
import { majorOf, minorOf, prepareDevices } from '../../../src/runtime/spec/prepare-devices.ts';
import { security } from './fixtures.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'janus-devices-'));
});
afterEach(() => rmSync(base, { recursive: true }));

const signal = new AbortController().signal;
const prepare = (hostPath: string, { containerPath = '/dev/x', permissions = '', privileged = false } = {}) =>
  prepareDevices(
    { devices: [{ hostPath, containerPath, permissions }], security: { ...security, privileged } },
    { signal },
  );

describe('prepareDevices', () => {
  test('reads the node, with rwm unless told otherwise', async () => {
    const { uid, gid } = statSync('/dev/null');
    expect(await prepare('/dev/null')).toEqual([
      { type: 'c', path: '/dev/x', major: 1, minor: 3, fileMode: 0o666, uid, gid, access: 'rwm' },
    ]);
    expect(await prepare('/dev/null', { permissions: 'r' })).toMatchObject([{ access: 'r' }]);
  });

  test('a link stands for the device it points at', async () => {
    symlinkSync('/dev/zero', join(base, 'link'));
    expect(await prepare(join(base, 'link'))).toMatchObject([{ path: '/dev/x', major: 1, minor: 5 }]);
  });

  test('a directory without devices gives none', async () => {
    writeFileSync(join(base, 'file'), '');
    symlinkSync('/dev/null', join(base, 'link'));
    mkdirSync(join(base, 'pts'));
    expect(await prepare(base)).toEqual([]);
  });

  test('a directory of devices is walked', async () => {
    const paths = (await prepare('/dev', { containerPath: '/hostdev' })).map(({ path }) => path);
    expect(paths).toContain('/hostdev/null');
    expect(paths.filter((path) => path.startsWith('/hostdev/pts'))).toEqual([]);
  });

  test('a file is no device', async () => {
    writeFileSync(join(base, 'file'), '');
    await expect(prepare(join(base, 'file'))).rejects.toThrow('is not a device');
    await expect(prepare(join(base, 'missing'))).rejects.toThrow('ENOENT');
  });

  test.each([
    ['relative', {}, 'devices.host_path'],
    ['/dev/null', { containerPath: '/dev/../x' }, 'devices.container_path'],
    ['/dev/null', { permissions: 'rwx' }, 'devices.permissions'],
    ['/dev/null', { permissions: 'rwmr' }, 'devices.permissions'],
  ])('%s %j is refused', async (hostPath, over, message) => {
    await expect(prepare(hostPath, over)).rejects.toThrow(message);
  });

  test("privileged adds the host's, the request's own winning on a path", async () => {
    const found = await prepare('/dev/zero', { containerPath: '/dev/null', privileged: true });
    const at = (path: string) => found.filter((device) => device.path === path);
    expect(at('/dev/null')).toMatchObject([{ minor: 5 }]);
    expect(at('/dev/full')).toMatchObject([{ major: 1, minor: 7 }]);
    expect(at('/dev/console')).toEqual([]);
    expect(at('/dev/ptmx')).toEqual([]);
  });
});

test('device numbers beyond 8 bits are split as makedev(3) does', () => {
  expect([majorOf(0x803n), minorOf(0x803n)]).toEqual([8, 3]);
  expect([majorOf(0x10001n), minorOf(0x10001n)]).toEqual([256, 1]);
  expect([majorOf(0x100001n), minorOf(0x100001n)]).toEqual([0, 257]);
  expect(minorOf(0x1n | (0xabcdn << 20n))).toBe(0xabcd01);
  expect(majorOf(0x1000_0000_0000n)).toBe(0x1000);
});

describe('deviceRules', () => {
  const device = {
    type: 'b' as const,
    path: '/dev/x',
    major: 8,
    minor: 1,
    fileMode: 0o660,
    uid: 0,
    gid: 6,
    access: 'r',
  };

  test('everything is denied first, then the default and requested devices allowed', () => {
    const rules = deviceRules([device], false);
    expect(rules[0]).toEqual({ allow: false, access: 'rwm' });
    expect(rules).toContainEqual({ allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' });
    expect(rules).toContainEqual({ allow: true, type: 'c', major: 136, access: 'rwm' });
    expect(rules.at(-1)).toEqual({ allow: true, type: 'b', major: 8, minor: 1, access: 'r' });
    expect(rules.slice(1).every(({ allow, major }) => allow && major !== undefined)).toBe(true);
  });

  test('privileged may use all', () => {
    expect(deviceRules([device], true)).toEqual([{ allow: true, access: 'rwm' }]);
  });

  test('nodes carry no access', () => {
    expect(ociDevices([device])).toEqual([
      { type: 'b', path: '/dev/x', major: 8, minor: 1, fileMode: 0o660, uid: 0, gid: 6 },
    ]);
  });
});
