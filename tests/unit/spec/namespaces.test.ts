import { describe, expect, test } from 'vitest';
import { ociNamespaces, userMappings } from '../../../src/runtime/spec/namespaces.ts';
import { namespaces, type Overrides, specInput } from './fixtures.ts';

const build = (over: Overrides = {}, cgroupVersion: 1 | 2 = 1) => ociNamespaces({ ...specInput(over), cgroupVersion });
const pid = (mode: 'pod' | 'container' | 'node' | 'target', over: Overrides = {}) =>
  build({ ...over, security: { namespaces: { ...namespaces, pid: mode } } }).find(({ type }) => type === 'pid');
const sharing: Overrides = { podSecurity: { namespaces: { ...namespaces, pid: 'pod' } } };

describe('ociNamespaces', () => {
  test("joins the pod's and makes its own mount and PID namespace", () => {
    expect(build()).toEqual([
      { type: 'mount' },
      { type: 'network', path: '/run/ns/net' },
      { type: 'ipc', path: '/run/ns/ipc' },
      { type: 'uts', path: '/run/ns/uts' },
      { type: 'pid' },
    ]);
  });

  test('a container may have an IPC namespace of its own', () => {
    const own = build({ security: { namespaces: { ...namespaces, ipc: 'container' } } });
    expect(own.find(({ type }) => type === 'ipc')).toEqual({ type: 'ipc' });
  });

  test("what the pod does not have is the host's", () => {
    const paths = { netns: undefined, ipcns: undefined, utsns: undefined };
    expect(build({ paths })).toEqual([{ type: 'mount' }, { type: 'pid' }]);
  });

  test("the PID namespace is the container's choice", () => {
    expect(pid('container')).toEqual({ type: 'pid' });
    expect(pid('node')).toBeUndefined();
    expect(pid('pod', { ...sharing, paths: { pidns: '/run/ns/pid' } })).toEqual({ type: 'pid', path: '/run/ns/pid' });
    expect(pid('target', { input: { targetPid: 42 } })).toEqual({ type: 'pid', path: '/proc/42/ns/pid' });
    expect(() => pid('pod', sharing)).toThrow('no PID namespace');
    expect(pid('pod')).toEqual({ type: 'pid' });
    expect(() => pid('target')).toThrow('target container');
  });

  test('a cgroup namespace is made on v2, not for privileged containers', () => {
    expect(build({}, 2)).toContainEqual({ type: 'cgroup' });
    expect(build({}, 1)).not.toContainEqual({ type: 'cgroup' });
    expect(build({ security: { privileged: true } }, 2)).not.toContainEqual({ type: 'cgroup' });
  });
});

describe('user namespace', () => {
  const mapping = [{ hostId: 100000, containerId: 0, length: 65536 }];
  const user = { mode: 'pod' as const, uids: mapping, gids: mapping };
  const mappings = (pod: typeof user | undefined) =>
    userMappings(
      specInput({
        paths: { userns: pod === undefined ? undefined : '/run/ns/user' },
        podSecurity: { namespaces: { ...namespaces, user: pod } },
      }),
    );

  test("the pod's is joined with its mappings", () => {
    const expected = [{ hostID: 100000, containerID: 0, size: 65536 }];
    expect(mappings(user)).toEqual({ uidMappings: expected, gidMappings: expected });
    expect(mappings(undefined)).toEqual({});
    expect(build({ paths: { userns: '/run/ns/user' } })).toContainEqual({ type: 'user', path: '/run/ns/user' });
  });
});
