import type { SupplementalGroupsPolicy } from '../../../core/model/security.ts';
import { enumValue } from '../../shared/inbound/rules.ts';
import * as cri from '../generated/api.ts';

const policies: Readonly<Record<Exclude<cri.SupplementalGroupsPolicy, -1>, SupplementalGroupsPolicy>> = {
  [cri.SupplementalGroupsPolicy.Merge]: 'merge',
  [cri.SupplementalGroupsPolicy.Strict]: 'strict',
};

/** `field` is the path of the security context. */
export const supplementalGroupsPolicy = (
  context: Pick<cri.LinuxContainerSecurityContext, 'supplementalGroupsPolicy'> | undefined,
  field: string,
): SupplementalGroupsPolicy =>
  context === undefined
    ? 'merge'
    : enumValue(context.supplementalGroupsPolicy, `${field}.supplemental_groups_policy`, policies);
