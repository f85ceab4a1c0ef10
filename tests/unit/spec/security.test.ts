import { describe, expect, test } from 'vitest';
import { apparmorFor, hiddenPaths, selinuxFor } from '../../../src/runtime/spec/security.ts';
import { host, security } from './fixtures.ts';

describe('apparmorFor', () => {
  const on = { ...host, apparmor: { defaultProfile: 'docker-default' } };
  const localhost = { ...security, apparmor: { kind: 'localhost' as const, ref: 'mine' } };
  const runtimeDefault = { ...security, apparmor: { kind: 'runtime-default' as const } };
  const unconfined = { ...security, apparmor: { kind: 'unconfined' as const } };

  test.each([
    ['nothing asked', security, on, 'docker-default'],
    ['default', runtimeDefault, on, 'docker-default'],
    ['default, privileged', { ...runtimeDefault, privileged: true }, on, undefined],
    ['default, none loaded', runtimeDefault, { ...host, apparmor: { defaultProfile: undefined } }, undefined],
    ['unconfined', unconfined, on, 'unconfined'],
    ['localhost', localhost, on, 'mine'],
    ['localhost, privileged', { ...localhost, privileged: true }, on, 'mine'],
    ['default, no AppArmor', runtimeDefault, host, undefined],
    ['unconfined, no AppArmor', unconfined, host, undefined],
  ])('%s', (_, wanted, facts, expected) => {
    expect(apparmorFor(wanted, facts)).toBe(expected);
  });

  test('a named profile without AppArmor is an error', () => {
    expect(() => apparmorFor(localhost, host)).toThrow('does not support AppArmor');
  });
});

describe('selinuxFor', () => {
  const on = { ...host, selinux: true };
  const options = { user: '', role: '', type: 'my_t', level: 's0:c1,c2' };
  const labels = { process: 'system_u:system_r:my_t:s0:c1,c2', mount: 'system_u:object_r:container_file_t:s0:c1,c2' };

  test('the labels are those of the options', () => {
    expect(selinuxFor({ ...security, selinux: options }, on)).toEqual(labels);
  });

  test('no labels without SELinux, options, or for privileged containers', () => {
    expect(selinuxFor({ ...security, selinux: options }, host)).toBeUndefined();
    expect(selinuxFor(security, on)).toBeUndefined();
    expect(selinuxFor({ ...security, privileged: true, selinux: options }, on)).toBeUndefined();
  });
});

describe('hiddenPaths', () => {
  test("the request's lists are taken as they are", () => {
    const request = { ...security, maskedPaths: ['/bin/ls'], readonlyPaths: [] };
    expect(hiddenPaths(request, false)).toEqual({ masked: ['/bin/ls'], readonly: [] });
  });

  test('empty lists are the defaults, but in a user namespace', () => {
    expect(hiddenPaths(security, false).masked).toContain('/proc/kcore');
    expect(hiddenPaths(security, false).readonly).toContain('/proc/sys');
    expect(hiddenPaths(security, true)).toEqual({ masked: [], readonly: [] });
  });

  test('privileged hides nothing', () => {
    expect(hiddenPaths({ ...security, privileged: true, maskedPaths: ['/x'] }, false)).toEqual({
      masked: [],
      readonly: [],
    });
  });

  test.each(['relative', '/proc/../etc'])('%j is refused', (path) => {
    expect(() => hiddenPaths({ ...security, maskedPaths: [path] }, false)).toThrow('masked_paths');
    expect(() => hiddenPaths({ ...security, readonlyPaths: [path] }, false)).toThrow('readonly_paths');
  });
});
