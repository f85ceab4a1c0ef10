import { isAbsolute } from 'node:path';
import { errnoOf, invalidArgument, JanusError } from '../../core/errors.ts';
import type { ContainerSecurity } from '../../core/model/security.ts';
import type { HostFacts } from './host-facts.ts';
import type { OciSeccomp } from './oci.ts';
import { containerPath } from './paths.ts';
import { readSeccompProfile, resolveSeccomp, type SeccompProfile } from './seccomp-profile.ts';

/**
 * The profile of a `localhost` seccomp request, undefined for any other. Errors: invalid-argument for a path that is not absolute or
 * not there, failed-precondition for a file that is no profile.
 */
export const readLocalhostSeccomp = async ({
  privileged,
  seccomp,
}: ContainerSecurity): Promise<SeccompProfile | undefined> => {
  if (privileged || seccomp?.kind !== 'localhost') return undefined;
  if (!isAbsolute(seccomp.ref)) throw invalidArgument('seccomp.localhost_ref', 'must be an absolute path');
  return readSeccompProfile(seccomp.ref).catch((error: unknown) => {
    if (errnoOf(error) === undefined) throw error;
    throw new JanusError('invalid-argument', `seccomp.localhost_ref: ${seccomp.ref}: ${errnoOf(error) ?? ''}`, {
      cause: error,
    });
  });
};

interface SeccompInput {
  readonly security: ContainerSecurity;
  readonly host: HostFacts;
  /** The container's bounding set. */
  readonly capabilities: readonly string[];
  /** From readLocalhostSeccomp. */
  readonly localhost: SeccompProfile | undefined;
}

/** Privileged, unconfined and no profile at all mean no filter; the kubelet always names one. */
export const seccompFor = ({ security, host, capabilities, localhost }: SeccompInput): OciSeccomp | undefined => {
  const wanted = security.seccomp?.kind ?? 'unconfined';
  if (security.privileged || wanted === 'unconfined') return undefined;
  if (host.seccomp === undefined) throw new JanusError('failed-precondition', 'the kernel does not support seccomp');
  const profile = wanted === 'localhost' ? localhost : host.seccomp.defaultProfile;
  if (profile === undefined) throw new JanusError('failed-precondition', 'this host has no default seccomp profile');
  return resolveSeccomp(profile, { capabilities, arch: host.arch, kernel: host.kernel });
};

/**
 * No profile at all means the host's default one, if a profile of that kind is loaded. Without AppArmor in the kernel a
 * default is silently none, a named profile is failed-precondition.
 */
export const apparmorFor = ({ apparmor, privileged }: ContainerSecurity, host: HostFacts): string | undefined => {
  const wanted = apparmor ?? { kind: 'runtime-default' };
  if (wanted.kind === 'unconfined') return host.apparmor === undefined ? undefined : 'unconfined';
  if (wanted.kind === 'runtime-default') return privileged ? undefined : host.apparmor?.defaultProfile;
  if (host.apparmor === undefined) throw new JanusError('failed-precondition', 'the kernel does not support AppArmor');
  return wanted.ref;
};

export interface SELinuxLabels {
  readonly process: string;
  readonly mount: string;
}

/** None without SELinux or options, and none for privileged containers, which then run as the daemon's policy decides. */
export const selinuxFor = ({ selinux, privileged }: ContainerSecurity, host: HostFacts): SELinuxLabels | undefined => {
  if (!host.selinux || selinux === undefined || privileged) return undefined;
  const { user, role, type, level } = selinux;
  const range = level === '' ? 's0' : level;
  return {
    process: [user || 'system_u', role || 'system_r', type || 'container_t', range].join(':'),
    mount: ['system_u', 'object_r', 'container_file_t', range].join(':'),
  };
};

export interface HiddenPaths {
  readonly masked: readonly string[];
  readonly readonly: readonly string[];
}

/** What engines hide of /proc and /sys by default; the kubelet sends the same lists. */
const DEFAULT_MASKED: readonly string[] = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const DEFAULT_READONLY: readonly string[] = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/**
 * The request's lists as they are. CRI cannot tell an absent list from an empty one, which is how the kubelet asks for an unmasked
 * /proc; it may do so only in a pod with its own user namespace, so elsewhere two empty lists mean the defaults.
 */
export const hiddenPaths = (security: ContainerSecurity, hasUserNamespace: boolean): HiddenPaths => {
  const { privileged, maskedPaths: masked, readonlyPaths } = security;
  if (privileged) return { masked: [], readonly: [] };
  for (const path of [...masked, ...readonlyPaths]) containerPath(path, 'masked_paths and readonly_paths');
  const silent = masked.length === 0 && readonlyPaths.length === 0;
  if (silent && !hasUserNamespace) return { masked: DEFAULT_MASKED, readonly: DEFAULT_READONLY };
  return { masked, readonly: readonlyPaths };
};
