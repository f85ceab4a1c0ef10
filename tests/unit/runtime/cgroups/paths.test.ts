import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cgroupDirectory, checkedParent, ociCgroupsPath, slicePath } from '../../../../src/runtime/cgroups/paths.ts';
import { sandboxRecord } from '../../core/fakes/records.ts';

describe('a cgroup parent', () => {
  it.each([
    ['/kubepods/burstable/pod1', 'cgroupfs', '/kubepods/burstable/pod1'],
    ['kubepods/pod1/', 'cgroupfs', '/kubepods/pod1'],
    ['/kubepods.slice/kubepods-pod1.slice', 'systemd', 'kubepods-pod1.slice'],
    ['kubepods-pod1_2.slice', 'systemd', 'kubepods-pod1_2.slice'],
  ] as const)('%j under %s is %j', (parent, driver, expected) => {
    expect(checkedParent(parent, driver)).toBe(expected);
  });

  it.each([
    ['/kubepods/../../etc', 'cgroupfs'],
    ['..', 'cgroupfs'],
    ['/a/./b', 'cgroupfs'],
    ['/a//b', 'cgroupfs'],
    ['', 'cgroupfs'],
    ['/', 'cgroupfs'],
    ['/a b', 'cgroupfs'],
    ['/a\0b', 'cgroupfs'],
    ['/a\n', 'cgroupfs'],
    ['/kubepods/pod1', 'systemd'],
    ['../x.slice', 'systemd'],
    ['kubepods--pod1.slice', 'systemd'],
    ['-pod1.slice', 'systemd'],
    ['pod1-.slice', 'systemd'],
  ] as const)('%j under %s is refused', (parent, driver) => {
    expect(() => checkedParent(parent, driver)).toThrow(
      expect.objectContaining({ kind: 'invalid-argument', message: expect.stringContaining('cgroup_parent') }),
    );
  });

  it('that passes never leads out of the hierarchy', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('.', '/', 'a', '-', ' ', '\0') }), (parent) => {
        try {
          const checked = checkedParent(parent, 'cgroupfs');
          return (
            checked.startsWith('/') &&
            !checked
              .split('/')
              .slice(1)
              .some((part) => ['', '.', '..'].includes(part))
          );
        } catch {
          return true;
        }
      }),
    );
  });
});

it.each([
  ['-.slice', ''],
  ['kubepods.slice', '/kubepods.slice'],
  ['kubepods-burstable-pod1.slice', '/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice'],
])('systemd puts %s at %j', (slice, path) => {
  expect(slicePath(slice)).toBe(path);
});

describe('the cgroup of a container', () => {
  const id = 'c1';
  const sandboxOf = (cgroupDriver: 'cgroupfs' | 'systemd', cgroupParent: string) =>
    sandboxRecord({ cgroupDriver, cgroupParent });

  it.each([
    ['cgroupfs', '/kubepods/pod1', '/kubepods/pod1/c1', '/kubepods/pod1/c1'],
    ['systemd', 'a-b.slice', '/a.slice/a-b.slice/janus-c1.scope', 'a-b.slice:janus:c1'],
  ] as const)('with %s under %j is %j, for the runtime %j', (driver, parent, directory, oci) => {
    const sandbox = sandboxOf(driver, parent);
    expect(cgroupDirectory(sandbox, id)).toBe(directory);
    expect(ociCgroupsPath(sandbox, id)).toBe(oci);
  });
});
