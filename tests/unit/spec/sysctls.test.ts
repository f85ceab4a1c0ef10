import { describe, expect, test } from 'vitest';
import { checkSysctls } from '../../../src/runtime/spec/sysctls.ts';
import { namespaces, sandboxSecurity } from './fixtures.ts';

const check = (name: string, value = '1', over: Partial<typeof namespaces> = {}) =>
  checkSysctls({
    sysctls: { [name]: value },
    security: { ...sandboxSecurity, namespaces: { ...namespaces, ...over } },
  });

describe('checkSysctls', () => {
  test.each([
    ['net.ipv4.ip_forward', 'net', '/proc/sys/net/ipv4/ip_forward'],
    ['net/ipv4/ip_forward', 'net', '/proc/sys/net/ipv4/ip_forward'],
    ['net.ipv4.conf.eth0/100.rp_filter', 'net', '/proc/sys/net/ipv4/conf/eth0.100/rp_filter'],
    ['net/ipv4/conf/eth0.100/rp_filter', 'net', '/proc/sys/net/ipv4/conf/eth0.100/rp_filter'],
    ['kernel.shmmax', 'ipc', '/proc/sys/kernel/shmmax'],
    ['kernel.shm_rmid_forced', 'ipc', '/proc/sys/kernel/shm_rmid_forced'],
    ['kernel.msgmnb', 'ipc', '/proc/sys/kernel/msgmnb'],
    ['kernel.sem', 'ipc', '/proc/sys/kernel/sem'],
    ['fs.mqueue.msg_max', 'ipc', '/proc/sys/fs/mqueue/msg_max'],
  ])('%s is of %s: %s', (name, kind, path) => {
    expect(check(name)).toEqual([{ name, kind, path, value: '1' }]);
  });

  test.each([
    'kernel.shm_rmid_forced+kernel.core_pattern',
    'net.a=b',
    'net.a b',
    ' net.a',
    'net.a\n',
    'net..a',
    'net.',
    '.net',
    '',
    'net/../kernel/core_pattern',
    'net.conf.//.x',
    'net.x/../y',
    `net.${'a'.repeat(65)}`,
    'net.a\0b',
  ])('%j is not a sysctl', (name) => {
    expect(() => check(name)).toThrow(/is not a sysctl|does not belong/);
  });

  test.each([
    'kernel.core_pattern',
    'kernel.semx',
    'kernel.hostname',
    'vm.swappiness',
    'net',
    'fs.file-max',
    'kernel/core_pattern',
  ])('%s belongs to no namespace', (name) => {
    expect(() => check(name)).toThrow('does not belong to a namespace');
  });

  test("those of a namespace that is the host's are refused", () => {
    expect(() => check('net.ipv4.ip_forward', '1', { network: 'node' })).toThrow("host's network");
    expect(() => check('kernel.shmmax', '1', { ipc: 'node' })).toThrow("host's IPC");
    expect(check('kernel.shmmax', '1', { network: 'node' })).toHaveLength(1);
    expect(check('net.ipv4.ip_forward', '1', { ipc: 'node' })).toHaveLength(1);
  });

  test.each(['1\n2', 'a\0'])('the value %j is refused', (value) => {
    expect(() => check('net.ipv4.ip_forward', value)).toThrow('NUL or newline');
  });
});
