import { invalidArgument } from '../../../core/errors.ts';
import type { SandboxConfig, SandboxMetadata } from '../../../core/model/sandbox.ts';
import type * as cri from '../../v1alpha2/generated/api.ts';
import { name, namePart } from './names.ts';
import { dnsConfig, portMappings } from './network.ts';
import { optionalResources } from './resources.ts';
import { absentOnLinux, absolutePathOrEmpty, climbs, matching, required, text, textMap } from './rules.ts';
import { sandboxSecurity } from './security.ts';

const sandboxMetadata = (message: cri.PodSandboxMetadata, field: string): SandboxMetadata => {
  const { name: podName, uid, namespace, attempt, ...rest } = message;
  rest satisfies Record<string, never>;
  return {
    name: name(podName, `${field}.name`),
    uid: namePart(uid, `${field}.uid`),
    namespace: name(namespace, `${field}.namespace`),
    attempt,
  };
};

/** HOST_NAME_MAX is 64; the name also goes into /etc/hosts, where a blank would make it two. */
const HOSTNAME = {
  pattern: /^[A-Za-z0-9._-]{0,64}$/,
  rule: 'must be at most 64 letters, digits, ".", "-" and "_"',
};

const SYSCTL = {
  pattern: /^[A-Za-z0-9_-]+([./][A-Za-z0-9_-]+)*$/,
  rule: 'must be named as sysctls are: words of letters, digits, "-" and "_", joined by "."',
};

const sysctls = (map: Readonly<Record<string, string>>, field: string): Readonly<Record<string, string>> => {
  for (const [key, value] of Object.entries(map)) {
    matching(key, `${field}[${JSON.stringify(key)}]`, SYSCTL);
    if (/[\0\n]/.test(value))
      throw invalidArgument(`${field}[${JSON.stringify(key)}]`, 'must not hold NUL or newlines');
  }
  return { ...map };
};

const cgroupParent = (value: string, field: string): string => {
  if (climbs(value)) throw invalidArgument(field, 'must not hold ".."');
  return text(value, field);
};

type LinuxPart = Pick<SandboxConfig, 'cgroupParent' | 'sysctls' | 'security' | 'overhead' | 'resources'>;

const linuxPart = (message: cri.LinuxPodSandboxConfig | undefined, field: string): LinuxPart => {
  const security = sandboxSecurity(message?.securityContext, `${field}.security_context`);
  if (message === undefined) {
    return { cgroupParent: '', sysctls: {}, security, overhead: undefined, resources: undefined };
  }
  const { cgroupParent: parent, securityContext: _mapped, sysctls: settings, overhead, resources, ...rest } = message;
  rest satisfies Record<string, never>;
  return {
    cgroupParent: cgroupParent(parent, `${field}.cgroup_parent`),
    sysctls: sysctls(settings, `${field}.sysctls`),
    security,
    overhead: optionalResources(overhead, `${field}.overhead`),
    resources: optionalResources(resources, `${field}.resources`),
  };
};

export const sandboxConfig = (message: cri.PodSandboxConfig | undefined, field: string): SandboxConfig => {
  const { metadata, hostname, logDirectory, dnsConfig: dns, portMappings: ports, ...others } = required(message, field);
  const { labels, annotations, linux, windows, ...rest } = others;
  rest satisfies Record<string, never>;
  absentOnLinux(windows, `${field}.windows`);
  return {
    metadata: sandboxMetadata(required(metadata, `${field}.metadata`), `${field}.metadata`),
    hostname: matching(hostname, `${field}.hostname`, HOSTNAME),
    logDirectory: absolutePathOrEmpty(logDirectory, `${field}.log_directory`),
    dns: dns === undefined ? undefined : dnsConfig(dns, `${field}.dns_config`),
    portMappings: portMappings(ports, `${field}.port_mappings`),
    labels: textMap(labels, `${field}.labels`),
    annotations: textMap(annotations, `${field}.annotations`),
    ...linuxPart(linux, `${field}.linux`),
  };
};

const HANDLER = { pattern: /^[A-Za-z0-9._-]*$/, rule: 'must be letters, digits, ".", "-" and "_"' };

export const runtimeHandler = (value: string, field: string): string => matching(value, field, HANDLER);
