import { existsSync, readFileSync } from 'node:fs';
import { error, type Finding, ok, warning } from './finding.ts';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const NAMESPACES = ['net', 'ipc', 'uts', 'pid', 'mnt'];
const CONTROLLERS = ['cpu', 'memory', 'pids', 'cpuset'];

const cgroups = (root: string): readonly Finding[] => {
  const v2 = read(`${root}/sys/fs/cgroup/cgroup.controllers`);
  const there =
    v2 !== '' ? v2.trim().split(/\s+/) : CONTROLLERS.filter((name) => existsSync(`${root}/sys/fs/cgroup/${name}`));
  const missing = CONTROLLERS.filter((name) => !there.includes(name));
  const version = v2 === '' ? 'v1' : 'v2';
  if (missing.length === 0) return [ok('cgroups', `${version} with ${CONTROLLERS.join(', ')}`)];
  return [
    error(
      'cgroups',
      `${version} without ${missing.join(', ')}`,
      'switch the controllers on: mount them, or add cgroup_enable=memory to the kernel command line',
    ),
  ];
};

const overlay = (root: string): Finding =>
  /\boverlay\b/.test(read(`${root}/proc/filesystems`))
    ? ok('overlay', 'the kernel has it')
    : error(
        'overlay',
        'the kernel does not list it',
        'modprobe overlay, and name it in /etc/modules-load.d/janus.conf',
      );

const namespaces = (root: string): Finding => {
  const missing = NAMESPACES.filter((name) => !existsSync(`${root}/proc/self/ns/${name}`));
  return missing.length === 0
    ? ok('namespaces', NAMESPACES.join(', '))
    : error('namespaces', `the kernel has no ${missing.join(', ')}`, 'use a kernel that was built with namespaces');
};

const forwarding = (root: string): Finding =>
  read(`${root}/proc/sys/net/ipv4/ip_forward`).trim() === '1'
    ? ok('forwarding', 'net.ipv4.ip_forward is 1')
    : warning(
        'forwarding',
        'net.ipv4.ip_forward is not 1: pods reach no other node',
        'sysctl -w net.ipv4.ip_forward=1, and keep it in /etc/sysctl.d',
      );

/** What the kernel must have. `root` is where /proc and /sys are: empty, but for tests. */
export const checkKernel = (root = ''): readonly Finding[] => [
  overlay(root),
  namespaces(root),
  ...cgroups(root),
  forwarding(root),
];
