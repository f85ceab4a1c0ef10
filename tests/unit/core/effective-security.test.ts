import { describe, expect, test } from 'vitest';
import { effectiveSecurity } from '../../../src/core/model/effective-security.ts';
import { security as own, sandboxSecurity as pod } from '../spec/fixtures.ts';

const asked = { runAsUser: 7, runAsGroup: 8, supplementalGroups: [9], supplementalGroupsPolicy: 'strict' as const };
const selinux = { user: 'u', role: 'r', type: 't', level: 's0' };
const apparmor = { kind: 'unconfined' } as const;

describe('effectiveSecurity', () => {
  test('a container that says nothing has the user and groups of the pod', () => {
    expect(effectiveSecurity(own, { ...pod, ...asked })).toEqual({ ...own, ...asked });
  });

  test.each([
    ['an id', { runAsUser: 0 }],
    ['a name', { runAsUsername: 'web' }],
  ])('a user of its own, as %s, leaves user and group of the pod out', (_, user) => {
    const groups = { supplementalGroups: [9], supplementalGroupsPolicy: 'strict' };
    expect(effectiveSecurity({ ...own, ...user }, { ...pod, ...asked })).toEqual({ ...own, ...user, ...groups });
  });

  test.each([
    ['groups of its own', { supplementalGroups: [1] }],
    ['strictly none', { supplementalGroupsPolicy: 'strict' as const }],
  ])('%s leave those of the pod out', (_, groups) => {
    const { supplementalGroups, supplementalGroupsPolicy } = { ...own, ...groups };
    expect(effectiveSecurity({ ...own, ...groups }, { ...pod, ...asked })).toMatchObject({
      supplementalGroups,
      supplementalGroupsPolicy,
    });
  });

  test('SELinux options and an AppArmor profile of the pod are for containers without their own', () => {
    expect(effectiveSecurity(own, { ...pod, selinux, apparmor })).toMatchObject({ selinux, apparmor });
    const mine = { selinux: { ...selinux, type: 'mine' }, apparmor: { kind: 'runtime-default' } as const };
    expect(effectiveSecurity({ ...own, ...mine }, { ...pod, selinux, apparmor })).toMatchObject(mine);
  });

  test('a seccomp profile of the pod is not for its containers', () => {
    expect(effectiveSecurity(own, { ...pod, seccomp: { kind: 'runtime-default' } }).seccomp).toBeUndefined();
  });
});
