import type { SandboxConfig } from '../../../core/model/sandbox.ts';
import * as shared from '../../shared/inbound/sandbox-config.ts';
import type * as cri from '../generated/api.ts';
import { supplementalGroupsPolicy } from './security.ts';

export const sandboxConfig = (message: cri.PodSandboxConfig | undefined, field: string): SandboxConfig => {
  const config = shared.sandboxConfig(message, field);
  const policy = supplementalGroupsPolicy(message?.linux?.securityContext, `${field}.linux.security_context`);
  return { ...config, security: { ...config.security, supplementalGroupsPolicy: policy } };
};
