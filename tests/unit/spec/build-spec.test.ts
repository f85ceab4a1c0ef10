import { describe, expect, test } from 'vitest';
import { buildSpec } from '../../../src/runtime/spec/build-spec.ts';
import { host, type Overrides, specInput } from './fixtures.ts';

const build = (over: Overrides = {}) => buildSpec(specInput(over));

test('an ordinary container', () => {
  const spec = build({
    config: { args: ['-c', 'true'], envs: [{ key: 'A', value: '1' }], workingDir: '/srv' },
    image: { env: ['PATH=/bin'] },
    resources: { memoryLimitInBytes: 64 * 1024 * 1024, cpuShares: 2, oomScoreAdj: -998 },
  });
  const caps = host.capabilities.filter((name) => !['CAP_NET_ADMIN', 'CAP_SYS_ADMIN'].includes(name));
  expect({ ...spec, mounts: spec.mounts.length, process: { ...spec.process, capabilities: [] } }).toEqual({
    ociVersion: '1.0.2',
    root: { path: '/run/rootfs', readonly: false },
    process: {
      terminal: false,
      user: { uid: 0, gid: 0, umask: 0o022, additionalGids: [0] },
      args: ['/bin/sh', '-c', 'true'],
      env: ['PATH=/bin', 'HOSTNAME=pod-host', 'HOME=/root', 'A=1'],
      cwd: '/srv',
      capabilities: [],
      noNewPrivileges: false,
      oomScoreAdj: 0,
    },
    mounts: 10,
    linux: {
      namespaces: [
        { type: 'mount' },
        { type: 'network', path: '/run/ns/net' },
        { type: 'ipc', path: '/run/ns/ipc' },
        { type: 'uts', path: '/run/ns/uts' },
        { type: 'pid' },
      ],
      devices: [],
      cgroupsPath: '/kubepods/pod1/b',
      resources: {
        cpu: { shares: 2 },
        memory: { limit: 67108864, swap: 67108864 },
        devices: [
          { allow: false, access: 'rwm' },
          ...[3, 5, 7, 8, 9].map((minor) => ({ allow: true, type: 'c', major: 1, minor, access: 'rwm' })),
          ...[0, 1, 2].map((minor) => ({ allow: true, type: 'c', major: 5, minor, access: 'rwm' })),
          { allow: true, type: 'c', major: 136, access: 'rwm' },
        ],
      },
      maskedPaths: expect.arrayContaining(['/proc/kcore', '/sys/firmware']),
      readonlyPaths: expect.arrayContaining(['/proc/sys', '/proc/sysrq-trigger']),
    },
    annotations: {
      'io.kubernetes.cri.container-name': 'web',
      'io.kubernetes.cri.image-name': 'busybox:latest',
      'io.kubernetes.cri.sandbox-id': 'a'.repeat(64),
      'io.kubernetes.cri.sandbox-name': 'pod',
      'io.kubernetes.cri.sandbox-namespace': 'ns',
      'io.kubernetes.cri.sandbox-uid': 'uid-1',
      // crun keeps the limits in the scope.
      'run.oci.systemd.subgroup': '',
    },
  });
  expect([...spec.process.capabilities.bounding].sort()).toEqual([...caps].sort());
});

describe('privileged', () => {
  const privileged: Overrides = {
    security: { privileged: true, seccomp: { kind: 'runtime-default' }, maskedPaths: ['/proc/kcore'] },
    podSecurity: { privileged: true },
  };

  test('lifts what confines others', () => {
    const { linux, process, mounts } = build(privileged);
    expect(process.capabilities.bounding).toEqual(host.capabilities);
    expect(linux).toMatchObject({
      maskedPaths: [],
      readonlyPaths: [],
      resources: { devices: [{ allow: true, access: 'rwm' }] },
    });
    expect(linux.seccomp).toBeUndefined();
    expect(mounts.find(({ destination }) => destination === '/sys')?.options).toContain('rw');
  });

  test('needs a privileged pod', () => {
    expect(() => build({ ...privileged, podSecurity: {} })).toThrow('unprivileged pod');
  });
});

test('security settings reach the spec', () => {
  const spec = build({
    security: {
      noNewPrivs: true,
      readonlyRootfs: true,
      capabilities: { add: [], drop: ['ALL'], addAmbient: [] },
      apparmor: { kind: 'localhost', ref: 'mine' },
      selinux: { user: '', role: '', type: '', level: '' },
    },
    host: { apparmor: { defaultProfile: undefined }, selinux: true },
  });
  expect(spec.process).toMatchObject({
    noNewPrivileges: true,
    apparmorProfile: 'mine',
    selinuxLabel: 'system_u:system_r:container_t:s0',
  });
  expect(spec.process.capabilities.bounding).toEqual([]);
  expect(spec.root.readonly).toBe(true);
  expect(spec.linux.mountLabel).toBe('system_u:object_r:container_file_t:s0');
});

test('the user and the terminal reach the process', () => {
  const user = { uid: 1000, gid: 100, supplementalGroups: [100, 5], home: '/home/web' };
  const { process } = build({ config: { tty: true }, input: { user, umask: 0o027 } });
  expect(process).toMatchObject({
    terminal: true,
    user: { uid: 1000, gid: 100, umask: 0o027, additionalGids: [100, 5] },
  });
  expect(process.env).toEqual(expect.arrayContaining(['HOME=/home/web', 'TERM=xterm']));
});

test("a pod without a hostname gives the host's", () => {
  expect(build({ pod: { hostname: '' } }).process.env).toContain('HOSTNAME=node-1');
});

test("a container without limits gets none, and not the daemon's oom_score_adj", () => {
  const spec = build();
  expect(Object.keys(spec.linux.resources)).toEqual(['devices']);
  expect(spec.process.oomScoreAdj).toBe(0);
});

test('mounts that propagate open the root mount', () => {
  const mount = {
    containerPath: '/m',
    hostPath: '/m',
    readonly: false,
    recursiveReadOnly: false,
    uidMappings: [],
    gidMappings: [],
  };
  expect(build({ input: { mounts: [{ ...mount, propagation: 'bidirectional' }] } }).linux.rootfsPropagation).toBe(
    'rshared',
  );
  expect(build().linux).not.toHaveProperty('rootfsPropagation');
});

test('annotations of pod and container stay out of the spec', () => {
  const annotations = { 'run.oci.handler': 'wasm', 'io.kubernetes.cri-o.userns-mode': 'auto' };
  expect(build({ pod: { annotations }, config: { annotations } }).annotations).toEqual(build().annotations);
});

test('two containers of one image share no environment', () => {
  const image = { env: ['SHARED=1'] };
  build({ image, config: { envs: [{ key: 'SECRET', value: 'x' }] } });
  expect(build({ image }).process.env.some((entry) => entry.startsWith('SECRET'))).toBe(false);
  expect(image.env).toEqual(['SHARED=1']);
});

test('the hooks of every container are its own too, if there are any', () => {
  const hooks = { poststop: [{ path: '/bin/true' }] };
  expect(buildSpec({ ...specInput(), hooks }).hooks).toEqual(hooks);
  expect(buildSpec(specInput())).not.toHaveProperty('hooks');
});
