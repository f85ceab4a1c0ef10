import { describe, expect, test } from 'vitest';
import { containerConfig } from '../../../src/adapters/shared/inbound/container-config.ts';
import * as cri from '../../../src/adapters/v1alpha2/generated/api.ts';
import { refusedField, wire } from './refused-field.ts';
import * as requests from './requests.ts';
import * as samples from './samples.ts';

const main = (change: (message: cri.ContainerConfig) => void): cri.ContainerConfig => {
  const message = cri.ContainerConfig.fromPartial(requests.containerConfig);
  change(message);
  return message;
};
const mainContext = (fields: Partial<cri.LinuxContainerSecurityContext>) =>
  main((m) => Object.assign(m.linux?.securityContext ?? {}, fields));
const mainMount = (fields: Partial<cri.Mount>) => main((m) => Object.assign(m.mounts[0] ?? {}, fields));
const mainDevice = (fields: Partial<cri.Device>) => main((m) => Object.assign(m.devices[0] ?? {}, fields));
const mainEnv = (key: string, value: string | Buffer) =>
  main((m) => {
    m.envs = [{ key, value: Buffer.from(value) }];
  });

const { Localhost, Unconfined } = cri.SecurityProfile_ProfileType;

describe('container configuration', () => {
  const cases: readonly (readonly [field: string, message: cri.ContainerConfig | undefined])[] = [
    ['config', undefined],
    ['config.metadata', main((m) => (m.metadata = undefined))],
    ['config.metadata.name', main((m) => (m.metadata = { name: '', attempt: 0 }))],
    ['config.metadata.name', main((m) => (m.metadata = { name: 'a/../b', attempt: 0 }))],
    ['config.image', main((m) => (m.image = undefined))],
    ['config.image.image', main((m) => (m.image = { image: '', annotations: {} }))],
    ['config.image.image', main((m) => (m.image = { image: 'a b', annotations: {} }))],
    ['config.image.annotations["k"]', main((m) => (m.image = { image: 'a', annotations: { k: '\0' } }))],
    ['config.command[1]', main((m) => (m.command = ['sh', '\0']))],
    ['config.args[0]', main((m) => (m.args = ['a\0']))],
    ['config.working_dir', main((m) => (m.workingDir = 'srv'))],
    ['accepted', main((m) => (m.workingDir = ''))],
    ['config.envs[0].key', mainEnv('', 'x')],
    ['config.envs[0].key', mainEnv('A=B', 'x')],
    ['config.envs[0].key', mainEnv('A\0', 'x')],
    ['config.envs[0].value', mainEnv('A', 'x\0y')],
    ['config.envs[0].value', mainEnv('A', Buffer.from([0xff, 0xfe]))],
    ['config.envs[0].value', mainEnv('HOME', '/root\nroot::0:0')],
    ['accepted', mainEnv('A', 'x\ny')],
    ['config.mounts[0].container_path', mainMount({ containerPath: 'data' })],
    ['config.mounts[0].container_path', mainMount({ containerPath: '' })],
    ['config.mounts[0].host_path', mainMount({ hostPath: '' })],
    ['config.mounts[0].host_path', mainMount({ hostPath: '/a\0' })],
    ['config.mounts[0].propagation', mainMount({ propagation: wire(3) })],
    ['config.mounts[0].propagation', mainMount({ propagation: wire(-1) })],
    ['config.devices[0].container_path', mainDevice({ containerPath: 'dev/a' })],
    ['config.devices[0].host_path', mainDevice({ hostPath: '' })],
    ['config.devices[0].permissions', mainDevice({ permissions: 'rwx' })],
    ['config.devices[0].permissions', mainDevice({ permissions: '' })],
    ['config.labels["a"]', main((m) => (m.labels = { a: '\0' }))],
    ['config.annotations', main((m) => (m.annotations = { '\0': '' }))],
    ['config.log_path', main((m) => (m.logPath = '../../etc/passwd'))],
    ['config.log_path', main((m) => (m.logPath = 'a/../../b'))],
    ['config.log_path', main((m) => (m.logPath = '/a'))],
    ['config.log_path', main((m) => (m.logPath = 'a\0'))],
    ['accepted', main((m) => (m.logPath = 'a..b/..c'))],
    ['config.windows', main((m) => (m.windows = { resources: undefined, securityContext: undefined }))],
    [
      'config.linux.resources.oom_score_adj',
      main((m) => (m.linux = cri.LinuxContainerConfig.fromPartial({ resources: { oomScoreAdj: 1001n } }))),
    ],
    ['config.linux.security_context.run_as_username', mainContext({ runAsUsername: 'web' })],
    ['config.linux.security_context.run_as_group', mainContext({ runAsUser: undefined })],
    ['accepted', mainContext({ runAsUser: undefined, runAsUsername: 'web' })],
    ['config.linux.security_context.run_as_username', mainContext({ runAsUser: undefined, runAsUsername: 'a\nb' })],
    [
      'config.linux.security_context.capabilities.add_capabilities[0]',
      mainContext({ capabilities: { addCapabilities: ['a b'], dropCapabilities: [], addAmbientCapabilities: [] } }),
    ],
    ['config.linux.security_context.masked_paths[0]', mainContext({ maskedPaths: ['proc'] })],
    ['config.linux.security_context.readonly_paths[0]', mainContext({ readonlyPaths: [''] })],
    [
      'config.linux.security_context.apparmor_profile',
      mainContext({ apparmor: undefined, apparmorProfile: 'localhost/' }),
    ],
    [
      'config.linux.security_context.namespace_options.target_id',
      mainContext({ namespaceOptions: cri.NamespaceOption.fromPartial({ pid: cri.NamespaceMode.TARGET }) }),
    ],
    [
      'config.linux.security_context.namespace_options.target_id',
      mainContext({ namespaceOptions: cri.NamespaceOption.fromPartial({ targetId: 'f00d' }) }),
    ],
    [
      'config.linux.security_context.namespace_options.network',
      mainContext({ namespaceOptions: cri.NamespaceOption.fromPartial({ network: cri.NamespaceMode.CONTAINER }) }),
    ],
    [
      'config.linux.security_context.namespace_options.network',
      mainContext({ namespaceOptions: cri.NamespaceOption.fromPartial({ network: cri.NamespaceMode.TARGET }) }),
    ],
    [
      'config.linux.security_context.namespace_options.ipc',
      mainContext({ namespaceOptions: cri.NamespaceOption.fromPartial({ ipc: cri.NamespaceMode.TARGET }) }),
    ],
  ];

  test.each(cases)('%#: %s', (field, message) => {
    expect(refusedField(() => containerConfig(message, 'config'))).toBe(field);
  });

  test.each([
    ['', undefined],
    ['runtime/default', { kind: 'runtime-default' }],
    ['docker/default', { kind: 'runtime-default' }],
    ['unconfined', { kind: 'unconfined' }],
    ['localhost//seccomp/b.json', { kind: 'localhost', ref: '/seccomp/b.json' }],
  ])('the old seccomp text %j', (seccompProfilePath, profile) => {
    const config = containerConfig(mainContext({ seccomp: undefined, seccompProfilePath }), 'config');
    expect(config.security.seccomp).toEqual(profile);
  });

  test.each([
    ['unconfined', { kind: 'unconfined' }],
    ['localhost/my-profile', { kind: 'localhost', ref: 'my-profile' }],
  ])('the old AppArmor text %j', (apparmorProfile, profile) => {
    const config = containerConfig(mainContext({ apparmor: undefined, apparmorProfile }), 'config');
    expect(config.security.apparmor).toEqual(profile);
  });

  test('a reference may still carry the prefix of the old text', () => {
    const config = containerConfig(
      mainContext({
        seccomp: { profileType: Localhost, localhostRef: 'localhost//seccomp/b.json' },
        apparmor: { profileType: Localhost, localhostRef: 'localhost/mine' },
      }),
      'config',
    );
    expect(config.security).toMatchObject({ seccomp: { ref: '/seccomp/b.json' }, apparmor: { ref: 'mine' } });
  });

  test('the new profile wins over the old text', () => {
    const seccomp = { profileType: Unconfined, localhostRef: '' };
    const config = containerConfig(mainContext({ seccomp, seccompProfilePath: 'runtime/default' }), 'config');
    expect(config.security.seccomp).toEqual({ kind: 'unconfined' });
  });

  test('of a container becomes the core model', () => {
    expect(containerConfig(requests.containerConfig, 'config')).toEqual(samples.containerConfig);
  });

  test('of a container may leave out all but its name and image', () => {
    const message = cri.ContainerConfig.fromPartial({ metadata: { name: 'a' }, image: { image: 'b' } });
    expect(containerConfig(message, 'config')).toMatchObject({
      resources: undefined,
      security: { privileged: false, capabilities: { add: [], drop: [], addAmbient: [] }, runAsUser: undefined },
    });
  });
});
