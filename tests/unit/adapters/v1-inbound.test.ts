import { describe, expect, test } from 'vitest';
import * as cri from '../../../src/adapters/v1/generated/api.ts';
import { containerConfig } from '../../../src/adapters/v1/inbound/container-config.ts';
import { mount } from '../../../src/adapters/v1/inbound/mounts.ts';
import { signalNames, wireSignal } from '../../../src/adapters/v1/signals.ts';
import { messageOf } from '../../../src/core/errors.ts';
import * as requests from './requests.ts';

const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return messageOf(error).replace(/: .*/s, '');
  }
  return 'accepted';
};

const image = { image: 'volume:1' };
const config = (fields: Parameters<typeof cri.ContainerConfig.fromPartial>[0]) => () =>
  containerConfig(cri.ContainerConfig.fromPartial({ ...requests.containerConfig, ...fields }), 'config');
const mounting = (fields: Parameters<typeof cri.Mount.fromPartial>[0]) => () =>
  mount(cri.Mount.fromPartial({ containerPath: '/a', hostPath: '/b', ...fields }), 'm');
const { PROPAGATION_BIDIRECTIONAL: BOTH } = cri.MountPropagation;

describe("v1's own fields", () => {
  test.each([
    ['accepted', config({ CDIDevices: [{ name: 'vendor.com/gpu=0' }] })],
    ['config.CDI_devices[0].name', config({ CDIDevices: [{ name: 'gpu' }] })],
    ['config.stop_signal', config({ stopSignal: 66 as cri.Signal })],
    ['config.image.user_specified_image', config({ image: { ...image, userSpecifiedImage: '\0' } })],
    ['config.image.runtime_handler', config({ image: { ...image, runtimeHandler: '../' } })],
    ['config.mounts[0].host_path', config({ mounts: [{ containerPath: '/a' }] })],
    [
      'config.linux.security_context.supplemental_groups_policy',
      config({ linux: { securityContext: { supplementalGroupsPolicy: 2 as cri.SupplementalGroupsPolicy } } }),
    ],
    ['accepted', mounting({ readonly: true, recursiveReadOnly: true })],
    ['m.recursive_read_only', mounting({ recursiveReadOnly: true })],
    ['m.recursive_read_only', mounting({ recursiveReadOnly: true, readonly: true, propagation: BOTH })],
    ['m.host_path', mounting({ image })],
    ['accepted', mounting({ image, hostPath: '', imageSubPath: 'a/b' })],
    ['m.image_sub_path', mounting({ image, hostPath: '', imageSubPath: '../b' })],
    ['m.image_sub_path', mounting({ image, hostPath: '', imageSubPath: '/b' })],
    ['m.image_sub_path', mounting({ imageSubPath: 'b' })],
    ['m.image.image', mounting({ image: { image: '' }, hostPath: '' })],
    ['m.uidMappings[0].length', mounting({ uidMappings: [{ length: 0 }] })],
  ])('%#: %s', (field, act) => {
    expect(refusal(act)).toBe(field);
  });
});

describe('signals', () => {
  test.each([
    [cri.Signal.RUNTIME_DEFAULT, undefined],
    [cri.Signal.SIGTERM, 'SIGTERM'],
    [cri.Signal.SIGCLD, 'SIGCHLD'],
    [cri.Signal.SIGRTMINPLUS15, 'SIGRTMIN+15'],
    [cri.Signal.SIGRTMAXMINUS1, 'SIGRTMAX-1'],
    [cri.Signal.SIGRTMAX, 'SIGRTMAX'],
  ])('%i is %s', (value, name) => {
    expect(signalNames[value]).toEqual({ name });
  });

  test('a name becomes the value it came from, or its equal', () => {
    for (const [value, { name }] of Object.entries(signalNames)) {
      if (name === undefined) continue;
      expect(signalNames[wireSignal(name)]?.name).toBe(name);
      expect([Number(value), cri.Signal.SIGCHLD, cri.Signal.SIGABRT, cri.Signal.SIGIO]).toContain(wireSignal(name));
    }
  });

  test('what CRI cannot say is the default', () => {
    expect(wireSignal('37')).toBe(cri.Signal.RUNTIME_DEFAULT);
    expect(wireSignal('toString')).toBe(cri.Signal.RUNTIME_DEFAULT);
  });
});
