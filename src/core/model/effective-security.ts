import type { ContainerSecurity, SandboxSecurity } from './security.ts';

type User = Pick<ContainerSecurity, 'runAsUser' | 'runAsUsername' | 'runAsGroup'>;
type Groups = Pick<ContainerSecurity, 'supplementalGroups' | 'supplementalGroupsPolicy'>;

const hasUser = ({ runAsUser, runAsUsername }: User): boolean => runAsUser !== undefined || runAsUsername !== '';

const userOf = (own: ContainerSecurity, pod: SandboxSecurity): User => {
  const { runAsUser, runAsUsername, runAsGroup } = hasUser(own) ? own : { ...pod, runAsUsername: '' };
  return { runAsUser, runAsUsername, runAsGroup };
};

/** `strict` without groups says that there shall be none. */
const groupsOf = (own: ContainerSecurity, pod: SandboxSecurity): Groups => {
  const silent = own.supplementalGroups.length === 0 && own.supplementalGroupsPolicy === 'merge';
  const { supplementalGroups, supplementalGroupsPolicy } = silent ? pod : own;
  return { supplementalGroups, supplementalGroupsPolicy };
};

/**
 * What a container runs with: its own settings, and the pod's where it has none. Not the seccomp profile: kubelets before 1.23 give every pod the
 * runtime's default one, and mean by a container without one that it is unconfined. Nor what CRI cannot leave out, as `readonly_rootfs`.
 */
export const effectiveSecurity = (own: ContainerSecurity, pod: SandboxSecurity): ContainerSecurity => ({
  ...own,
  ...userOf(own, pod),
  ...groupsOf(own, pod),
  selinux: own.selinux ?? pod.selinux,
  apparmor: own.apparmor ?? pod.apparmor,
});
