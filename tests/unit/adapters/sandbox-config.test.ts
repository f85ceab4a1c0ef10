import { describe, expect, test } from 'vitest';
import { runtimeHandler, sandboxConfig } from '../../../src/adapters/shared/inbound/sandbox-config.ts';
import * as cri from '../../../src/adapters/v1alpha2/generated/api.ts';
import { refusedField, wire } from './refused-field.ts';
import * as requests from './requests.ts';
import * as samples from './samples.ts';

const pod = (change: (message: cri.PodSandboxConfig) => void): cri.PodSandboxConfig => {
  const message = cri.PodSandboxConfig.fromPartial(requests.podSandboxConfig);
  change(message);
  return message;
};
const podContext = (fields: Partial<cri.LinuxSandboxSecurityContext>) =>
  pod((m) => Object.assign(m.linux?.securityContext ?? {}, fields));
const podNamespaces = (fields: Partial<cri.NamespaceOption>) =>
  pod((m) => Object.assign(m.linux?.securityContext?.namespaceOptions ?? {}, fields));
const podLinux = (fields: Partial<cri.LinuxPodSandboxConfig>) => pod((m) => Object.assign(m.linux ?? {}, fields));
const podMetadata = (fields: Partial<cri.PodSandboxMetadata>) => pod((m) => Object.assign(m.metadata ?? {}, fields));

/** All of them publish TCP port 8080, unless they say otherwise. */
const ports = (mappings: readonly Partial<cri.PortMapping>[]) =>
  pod((m) => (m.portMappings = mappings.map((one) => cri.PortMapping.fromPartial({ hostPort: 8080, ...one }))));

const mapping = { hostId: 1, containerId: 0, length: 1 };
const { Localhost, Unconfined } = cri.SecurityProfile_ProfileType;

describe('sandbox configuration', () => {
  const cases: readonly (readonly [field: string, message: cri.PodSandboxConfig | undefined])[] = [
    ['config', undefined],
    ['config.metadata', pod((m) => (m.metadata = undefined))],
    ['config.metadata.name', podMetadata({ name: '' })],
    ['config.metadata.name', podMetadata({ name: 'a/b' })],
    ['config.metadata.name', podMetadata({ name: 'a\0b' })],
    ['config.metadata.name', podMetadata({ name: 'a\nb' })],
    ['config.metadata.name', podMetadata({ name: 'n'.repeat(254) })],
    ['accepted', podMetadata({ name: 'n'.repeat(253) })],
    ['accepted', podMetadata({ name: 'n' })],
    ['accepted', podMetadata({ name: 'With_Ünicode' })],
    ['config.metadata.namespace', podMetadata({ namespace: '' })],
    ['config.metadata.namespace', podMetadata({ namespace: '..//' })],
    ['config.metadata.uid', podMetadata({ uid: '../etc' })],
    ['accepted', podMetadata({ uid: '' })],
    ['config.hostname', pod((m) => (m.hostname = 'h'.repeat(65)))],
    ['accepted', pod((m) => (m.hostname = 'h'.repeat(64)))],
    ['config.hostname', pod((m) => (m.hostname = 'a b'))],
    ['config.hostname', pod((m) => (m.hostname = 'a\n10.0.0.1 b'))],
    ['config.log_directory', pod((m) => (m.logDirectory = 'var/log'))],
    ['config.log_directory', pod((m) => (m.logDirectory = '/var/\0log'))],
    ['accepted', pod((m) => (m.logDirectory = ''))],
    [
      'config.dns_config.servers[0]',
      pod((m) => (m.dnsConfig = { servers: ['1.1.1.1\nsearch x'], searches: [], options: [] })),
    ],
    ['config.dns_config.searches[0]', pod((m) => (m.dnsConfig = { servers: [], searches: ['a b'], options: [] }))],
    ['config.dns_config.options[0]', pod((m) => (m.dnsConfig = { servers: [], searches: [], options: [''] }))],
    [
      'config.port_mappings[0].container_port',
      pod((m) => Object.assign(m.portMappings[0] ?? {}, { containerPort: 65_536 })),
    ],
    ['config.port_mappings[0].host_port', pod((m) => Object.assign(m.portMappings[0] ?? {}, { hostPort: -1 }))],
    [
      'config.port_mappings[0].container_port',
      pod((m) => Object.assign(m.portMappings[0] ?? {}, { containerPort: 0 })),
    ],
    ['accepted', pod((m) => Object.assign(m.portMappings[0] ?? {}, { containerPort: 0, hostPort: 0 }))],
    ['config.port_mappings[1].host_port', ports([{ containerPort: 80 }, { containerPort: 81 }])],
    ['accepted', ports([{ containerPort: 80 }, { containerPort: 81, hostIp: '127.0.0.1' }])],
    ['accepted', ports([{ containerPort: 80 }, { containerPort: 81, protocol: cri.Protocol.UDP }])],
    [
      'accepted',
      ports([
        { containerPort: 80, hostPort: 0 },
        { containerPort: 81, hostPort: 0 },
      ]),
    ],
    ['config.port_mappings[0].protocol', pod((m) => Object.assign(m.portMappings[0] ?? {}, { protocol: 3 }))],
    ['config.port_mappings[0].host_ip', pod((m) => Object.assign(m.portMappings[0] ?? {}, { hostIp: 'localhost' }))],
    ['config.labels', pod((m) => (m.labels = { 'a\0': '' }))],
    ['config.annotations["a"]', pod((m) => (m.annotations = { a: 'b\0' }))],
    ['config.windows', pod((m) => (m.windows = { securityContext: undefined }))],
    ['config.linux.cgroup_parent', podLinux({ cgroupParent: '/kubepods/../..' })],
    ['config.linux.cgroup_parent', podLinux({ cgroupParent: '/kube\0pods' })],
    ['config.linux.sysctls["net.a+b"]', podLinux({ sysctls: { 'net.a+b': '1' } })],
    ['config.linux.sysctls["net.a=b"]', podLinux({ sysctls: { 'net.a=b': '1' } })],
    ['config.linux.sysctls["net. a"]', podLinux({ sysctls: { 'net. a': '1' } })],
    ['config.linux.sysctls["net/../../a"]', podLinux({ sysctls: { 'net/../../a': '1' } })],
    ['config.linux.sysctls["net.a"]', podLinux({ sysctls: { 'net.a': '1\n2' } })],
    ['accepted', podLinux({ sysctls: { 'net.ipv4.ip_local_port_range': '1024 65000' } })],
    [
      'config.linux.overhead.cpu_period',
      podLinux({ overhead: cri.LinuxContainerResources.fromPartial({ cpuPeriod: 1n }) }),
    ],
    [
      'config.linux.resources.cpu_shares',
      podLinux({ resources: cri.LinuxContainerResources.fromPartial({ cpuShares: -1n }) }),
    ],
    ['config.linux.security_context.run_as_user', podContext({ runAsUser: { value: -1n } })],
    ['config.linux.security_context.run_as_user', podContext({ runAsUser: { value: 2n ** 31n } })],
    ['config.linux.security_context.run_as_user', podContext({ runAsUser: { value: 2n ** 63n - 1n } })],
    ['accepted', podContext({ runAsUser: { value: 2n ** 31n - 1n } })],
    ['config.linux.security_context.run_as_group', podContext({ runAsUser: undefined })],
    ['config.linux.security_context.supplemental_groups[1]', podContext({ supplementalGroups: [0n, -5n] })],
    [
      'config.linux.security_context.selinux_options.level',
      podContext({ selinuxOptions: { user: '', role: '', type: '', level: 'a b' } }),
    ],
    [
      'config.linux.security_context.seccomp.localhost_ref',
      podContext({ seccomp: { profileType: Localhost, localhostRef: 'a' } }),
    ],
    [
      'config.linux.security_context.seccomp.localhost_ref',
      podContext({ seccomp: { profileType: Unconfined, localhostRef: '/a' } }),
    ],
    [
      'config.linux.security_context.seccomp.profile_type',
      podContext({ seccomp: { profileType: wire(9), localhostRef: '' } }),
    ],
    [
      'config.linux.security_context.seccomp_profile_path',
      podContext({ seccomp: undefined, seccompProfilePath: 'docker' }),
    ],
    [
      'config.linux.security_context.seccomp_profile_path',
      podContext({ seccomp: undefined, seccompProfilePath: 'localhost/a' }),
    ],
    [
      'config.linux.security_context.apparmor.localhost_ref',
      podContext({ apparmor: { profileType: Localhost, localhostRef: '' } }),
    ],
    [
      'config.linux.security_context.namespace_options.network',
      podNamespaces({ network: cri.NamespaceMode.CONTAINER }),
    ],
    ['config.linux.security_context.namespace_options.network', podNamespaces({ network: wire(4) })],
    ['config.linux.security_context.namespace_options.pid', podNamespaces({ pid: cri.NamespaceMode.TARGET })],
    ['config.linux.security_context.namespace_options.ipc', podNamespaces({ ipc: cri.NamespaceMode.TARGET })],
    [
      'config.linux.security_context.namespace_options.userns_options.mode',
      podNamespaces({ usernsOptions: { mode: cri.NamespaceMode.CONTAINER, uids: [], gids: [] } }),
    ],
    [
      'config.linux.security_context.namespace_options.userns_options.uids',
      podNamespaces({ usernsOptions: { mode: cri.NamespaceMode.POD, uids: [], gids: [mapping] } }),
    ],
    [
      'config.linux.security_context.namespace_options.userns_options.gids',
      podNamespaces({ usernsOptions: { mode: cri.NamespaceMode.NODE, uids: [], gids: [mapping] } }),
    ],
    [
      'config.linux.security_context.namespace_options.userns_options.uids[0].length',
      podNamespaces({
        usernsOptions: { mode: cri.NamespaceMode.POD, uids: [{ ...mapping, length: 0 }], gids: [mapping] },
      }),
    ],
    [
      'config.linux.security_context.namespace_options.userns_options.gids[0].length',
      podNamespaces({
        usernsOptions: { mode: cri.NamespaceMode.POD, uids: [mapping], gids: [{ ...mapping, hostId: 2 ** 32 - 1 }] },
      }),
    ],
  ];

  test.each(cases)('%#: %s', (field, message) => {
    expect(refusedField(() => sandboxConfig(message, 'config'))).toBe(field);
  });

  test.each([
    ['accepted', ''],
    ['accepted', 'fast-1.2_x'],
    ['runtime_handler', '../runc'],
    ['runtime_handler', 'a\nb'],
  ])('runtime handler: %s %j', (field, handler) => {
    expect(refusedField(() => runtimeHandler(handler, 'runtime_handler'))).toBe(field);
  });

  test('a port mapping that comes twice counts once', () => {
    const twice = sandboxConfig(ports([{ containerPort: 80 }, { containerPort: 80 }]), 'config');
    expect(twice.portMappings).toEqual([{ protocol: 'tcp', containerPort: 80, hostPort: 8080, hostIp: '' }]);
  });

  test('of a sandbox becomes the core model', () => {
    expect(sandboxConfig(requests.podSandboxConfig, 'config')).toEqual(samples.sandboxConfig);
  });

  test('of a sandbox may leave out all but its name', () => {
    const config = sandboxConfig(
      cri.PodSandboxConfig.fromPartial({ metadata: { name: 'a', namespace: 'b' } }),
      'config',
    );
    expect(config.security.namespaces).toEqual({
      network: 'pod',
      pid: 'pod',
      ipc: 'pod',
      targetId: '',
      user: undefined,
    });
    expect(config).toMatchObject({ dns: undefined, overhead: undefined, cgroupParent: '', sysctls: {} });
  });
});
