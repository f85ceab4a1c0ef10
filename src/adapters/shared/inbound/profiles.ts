import { invalidArgument } from '../../../core/errors.ts';
import type { SecurityProfile } from '../../../core/model/security.ts';
import * as cri from '../../v1alpha2/generated/api.ts';
import { absolutePath, enumValue, filled } from './rules.ts';

const kinds: Readonly<Record<Exclude<cri.SecurityProfile_ProfileType, -1>, SecurityProfile['kind']>> = {
  [cri.SecurityProfile_ProfileType.RuntimeDefault]: 'runtime-default',
  [cri.SecurityProfile_ProfileType.Unconfined]: 'unconfined',
  [cri.SecurityProfile_ProfileType.Localhost]: 'localhost',
};

const LOCALHOST = 'localhost/';

type RefRule = (ref: string, field: string) => string;

const profile = (message: cri.SecurityProfile, field: string, refRule: RefRule): SecurityProfile => {
  const { profileType, localhostRef, ...rest } = message;
  rest satisfies Record<string, never>;
  const kind = enumValue(profileType, `${field}.profile_type`, kinds);
  if (kind === 'localhost') {
    // Some clients carry the prefix of the text form over.
    const ref = localhostRef.startsWith(LOCALHOST) ? localhostRef.slice(LOCALHOST.length) : localhostRef;
    return { kind, ref: refRule(ref, `${field}.localhost_ref`) };
  }
  if (localhostRef !== '')
    throw invalidArgument(`${field}.localhost_ref`, 'must be empty unless the type is Localhost');
  return { kind };
};

/** The text form that came before SecurityProfile; empty: none asked for. */
const fromText = (value: string, field: string, refRule: RefRule): SecurityProfile | undefined => {
  if (value === '') return undefined;
  if (value === 'runtime/default' || value === 'docker/default') return { kind: 'runtime-default' };
  if (value === 'unconfined') return { kind: 'unconfined' };
  if (value.startsWith(LOCALHOST)) return { kind: 'localhost', ref: refRule(value.slice(LOCALHOST.length), field) };
  throw invalidArgument(field, 'must be runtime/default, docker/default, unconfined or localhost/<profile>');
};

/** The old field counts only when the new one is absent. `field` is the path of the security context. */
export const seccompProfile = (
  { seccomp, seccompProfilePath }: Pick<cri.LinuxSandboxSecurityContext, 'seccomp' | 'seccompProfilePath'>,
  field: string,
): SecurityProfile | undefined =>
  seccomp === undefined
    ? fromText(seccompProfilePath, `${field}.seccomp_profile_path`, absolutePath)
    : profile(seccomp, `${field}.seccomp`, absolutePath);

export const apparmorProfile = (
  { apparmor, apparmorProfile: old }: { apparmor: cri.SecurityProfile | undefined; apparmorProfile: string },
  field: string,
): SecurityProfile | undefined =>
  apparmor === undefined
    ? fromText(old, `${field}.apparmor_profile`, filled)
    : profile(apparmor, `${field}.apparmor`, filled);
