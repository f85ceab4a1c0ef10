import { invalidArgument } from '../../../core/errors.ts';
import type { Capabilities, ContainerSecurity, SandboxSecurity, SELinuxOptions } from '../../../core/model/security.ts';
import type * as cri from '../../v1alpha2/generated/api.ts';
import { namespaceOptions } from './namespaces.ts';
import { apparmorProfile, seccompProfile } from './profiles.ts';
import { absolutePath, integer, matching, word } from './rules.ts';

/** As Kubernetes bounds them; what lies above wraps or means "no change" in some system calls. */
const ID = { min: 0, max: 2 ** 31 - 1 };

const optionalId = (message: cri.Int64Value | undefined, field: string): number | undefined => {
  if (message === undefined) return undefined;
  const { value, ...rest } = message;
  rest satisfies Record<string, never>;
  return integer(value, field, ID);
};

const selinuxOptions = (message: cri.SELinuxOption, field: string): SELinuxOptions => {
  const { user, role, type, level, ...rest } = message;
  rest satisfies Record<string, never>;
  return {
    user: word(user, `${field}.user`),
    role: word(role, `${field}.role`),
    type: word(type, `${field}.type`),
    level: word(level, `${field}.level`),
  };
};

type Common = Pick<
  cri.LinuxContainerSecurityContext,
  'selinuxOptions' | 'runAsUser' | 'runAsGroup' | 'supplementalGroups'
>;

const common = (fields: Common, field: string) => ({
  selinux:
    fields.selinuxOptions === undefined ? undefined : selinuxOptions(fields.selinuxOptions, `${field}.selinux_options`),
  runAsUser: optionalId(fields.runAsUser, `${field}.run_as_user`),
  runAsGroup: optionalId(fields.runAsGroup, `${field}.run_as_group`),
  supplementalGroups: fields.supplementalGroups.map((group, index) =>
    integer(group, `${field}.supplemental_groups[${index}]`, ID),
  ),
  supplementalGroupsPolicy: 'merge' as const,
});

const refuseGroupAlone = (group: number | undefined, hasUser: boolean, field: string): void => {
  if (group !== undefined && !hasUser) throw invalidArgument(`${field}.run_as_group`, 'needs a user to be set as well');
};

const noSecurity = {
  namespaces: namespaceOptions(undefined, '', []),
  selinux: undefined,
  runAsUser: undefined,
  runAsGroup: undefined,
  readonlyRootfs: false,
  supplementalGroups: [],
  supplementalGroupsPolicy: 'merge',
  privileged: false,
  seccomp: undefined,
  apparmor: undefined,
} satisfies SandboxSecurity;

export const sandboxSecurity = (
  message: cri.LinuxSandboxSecurityContext | undefined,
  field: string,
): SandboxSecurity => {
  if (message === undefined) return noSecurity;
  const { namespaceOptions: namespaces, readonlyRootfs, privileged, ...others } = message;
  const { selinuxOptions: selinux, runAsUser, runAsGroup, supplementalGroups, ...profiles } = others;
  const { seccomp, seccompProfilePath, apparmor, ...rest } = profiles;
  rest satisfies Record<string, never>;
  const ids = common({ selinuxOptions: selinux, runAsUser, runAsGroup, supplementalGroups }, field);
  refuseGroupAlone(ids.runAsGroup, ids.runAsUser !== undefined, field);
  return {
    ...ids,
    namespaces: namespaceOptions(namespaces, `${field}.namespace_options`, ['pod', 'container', 'node']),
    readonlyRootfs,
    privileged,
    seccomp: seccompProfile({ seccomp, seccompProfilePath }, field),
    apparmor: apparmorProfile({ apparmor, apparmorProfile: '' }, field),
  };
};

const noCapabilities: Capabilities = { add: [], drop: [], addAmbient: [] };
const CAPABILITY = { pattern: /^[A-Za-z_]+$/, rule: 'must be the name of a capability' };

const capabilities = (message: cri.Capability | undefined, field: string): Capabilities => {
  if (message === undefined) return noCapabilities;
  const { addCapabilities, dropCapabilities, addAmbientCapabilities, ...rest } = message;
  rest satisfies Record<string, never>;
  const names = (list: readonly string[], name: string): readonly string[] =>
    list.map((value, index) => matching(value, `${field}.${name}[${index}]`, CAPABILITY));
  return {
    add: names(addCapabilities, 'add_capabilities'),
    drop: names(dropCapabilities, 'drop_capabilities'),
    addAmbient: names(addAmbientCapabilities, 'add_ambient_capabilities'),
  };
};

const absolutePaths = (paths: readonly string[], field: string): readonly string[] =>
  paths.map((path, index) => absolutePath(path, `${field}[${index}]`));

const noContainerSecurity: ContainerSecurity = {
  ...noSecurity,
  capabilities: noCapabilities,
  runAsUsername: '',
  noNewPrivs: false,
  maskedPaths: [],
  readonlyPaths: [],
};

export const containerSecurity = (
  message: cri.LinuxContainerSecurityContext | undefined,
  field: string,
): ContainerSecurity => {
  if (message === undefined) return noContainerSecurity;
  const { namespaceOptions: namespaces, readonlyRootfs, privileged, noNewPrivs, ...others } = message;
  const { selinuxOptions: selinux, runAsUser, runAsGroup, supplementalGroups, ...more } = others;
  const { seccomp, seccompProfilePath, apparmor, apparmorProfile: oldApparmor, ...own } = more;
  const { capabilities: caps, runAsUsername, maskedPaths, readonlyPaths, ...rest } = own;
  rest satisfies Record<string, never>;
  const ids = common({ selinuxOptions: selinux, runAsUser, runAsGroup, supplementalGroups }, field);
  if (ids.runAsUser !== undefined && runAsUsername !== '')
    throw invalidArgument(`${field}.run_as_username`, 'must be empty when run_as_user is set');
  refuseGroupAlone(ids.runAsGroup, ids.runAsUser !== undefined || runAsUsername !== '', field);
  return {
    ...ids,
    namespaces: namespaceOptions(namespaces, `${field}.namespace_options`, ['pod', 'container', 'node', 'target']),
    readonlyRootfs,
    privileged,
    noNewPrivs,
    seccomp: seccompProfile({ seccomp, seccompProfilePath }, field),
    apparmor: apparmorProfile({ apparmor, apparmorProfile: oldApparmor }, field),
    capabilities: capabilities(caps, `${field}.capabilities`),
    runAsUsername: word(runAsUsername, `${field}.run_as_username`),
    maskedPaths: absolutePaths(maskedPaths, `${field}.masked_paths`),
    readonlyPaths: absolutePaths(readonlyPaths, `${field}.readonly_paths`),
  };
};
