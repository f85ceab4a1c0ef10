import { describe, expect, test } from 'vitest';
import { containerFilter, sandboxFilter, sandboxStatsFilter } from '../../../src/adapters/shared/inbound/filters.ts';
import { imageFilter, imageSpec, registryAuth } from '../../../src/adapters/shared/inbound/image.ts';
import { podCidr } from '../../../src/adapters/shared/inbound/network.ts';
import { linuxResources } from '../../../src/adapters/shared/inbound/resources.ts';
import {
  attachRequest,
  execRequest,
  execSyncRequest,
  graceSeconds,
  portForwardRequest,
} from '../../../src/adapters/shared/inbound/sessions.ts';
import * as cri from '../../../src/adapters/v1alpha2/generated/api.ts';
import { refusedField, wire } from './refused-field.ts';

describe('resources', () => {
  const cases: readonly (readonly [field: string, change: Partial<cri.LinuxContainerResources>])[] = [
    ['accepted', {}],
    ['linux.cpu_period', { cpuPeriod: 999n }],
    ['linux.cpu_period', { cpuPeriod: -1n }],
    ['linux.cpu_period', { cpuPeriod: 1_000_001n }],
    ['linux.cpu_quota', { cpuQuota: 999n }],
    ['linux.cpu_quota', { cpuQuota: 2n ** 62n }],
    ['accepted', { cpuQuota: -1n }],
    ['linux.cpu_shares', { cpuShares: -2n }],
    ['linux.memory_limit_in_bytes', { memoryLimitInBytes: -1n }],
    ['linux.memory_limit_in_bytes', { memoryLimitInBytes: 2n ** 53n }],
    ['linux.memory_swap_limit_in_bytes', { memorySwapLimitInBytes: -2n }],
    ['accepted', { memorySwapLimitInBytes: -1n }],
    ['linux.oom_score_adj', { oomScoreAdj: -1001n }],
    ['accepted', { oomScoreAdj: -1000n }],
    ['linux.cpuset_cpus', { cpusetCpus: '0-' }],
    ['linux.cpuset_mems', { cpusetMems: '../..' }],
    ['linux.hugepage_limits[0].page_size', { hugepageLimits: [{ pageSize: '../memory', limit: 0n }] }],
    ['linux.hugepage_limits[0].limit', { hugepageLimits: [{ pageSize: '2MB', limit: 2n ** 64n - 1n }] }],
    ['linux.unified', { unified: { '../memory.max': '1' } }],
    ['linux.unified', { unified: { memory: '1' } }],
    ['linux.unified["memory.max"]', { unified: { 'memory.max': '\0' } }],
  ];

  test.each(cases)('%s %o', (field, change) => {
    const message = { ...cri.LinuxContainerResources.fromPartial({}), ...change };
    expect(refusedField(() => linuxResources(message, 'linux'))).toBe(field);
  });
});

describe('other requests', () => {
  const exec = { containerId: 'c', cmd: ['ls'], tty: false, stdin: false, stdout: true, stderr: true };
  const execSync = { containerId: 'c', cmd: ['ls'], timeout: 0n };
  const cases: readonly (readonly [field: string, act: () => unknown])[] = [
    ['accepted', () => execSyncRequest(execSync)],
    ['container_id', () => execSyncRequest({ ...execSync, containerId: '' })],
    ['cmd', () => execSyncRequest({ ...execSync, cmd: [] })],
    ['cmd[0]', () => execSyncRequest({ ...execSync, cmd: [''] })],
    ['cmd[1]', () => execSyncRequest({ ...execSync, cmd: ['ls', '\0'] })],
    ['timeout', () => execSyncRequest({ ...execSync, timeout: -1n })],
    ['timeout', () => execSyncRequest({ ...execSync, timeout: 2n ** 60n })],
    ['accepted', () => execRequest(exec)],
    ['cmd', () => execRequest({ ...exec, cmd: [] })],
    ['container_id', () => execRequest({ ...exec, containerId: '' })],
    ['stdin', () => execRequest({ ...exec, stdout: false, stderr: false })],
    ['stderr', () => execRequest({ ...exec, tty: true })],
    ['accepted', () => attachRequest({ containerId: 'c', tty: true, stdin: true, stdout: true, stderr: false })],
    ['stdin', () => attachRequest({ containerId: 'c', tty: false, stdin: false, stdout: false, stderr: false })],
    ['accepted', () => portForwardRequest({ podSandboxId: 's', port: [] })],
    ['pod_sandbox_id', () => portForwardRequest({ podSandboxId: '', port: [] })],
    ['port[1]', () => portForwardRequest({ podSandboxId: 's', port: [80, 0] })],
    ['port[0]', () => portForwardRequest({ podSandboxId: 's', port: [65_536] })],
    ['port[0]', () => portForwardRequest({ podSandboxId: 's', port: [-1] })],
    ['timeout', () => graceSeconds(-1n, 'timeout')],
    ['image', () => imageSpec(undefined, 'image')],
    ['image.image', () => imageSpec({ image: '', annotations: {} }, 'image')],
    ['auth.password', () => registryAuth({ ...cri.AuthConfig.fromPartial({}), password: 'a\0' }, 'auth')],
    ['filter.image.image', () => imageFilter({ image: { image: 'a\n', annotations: {} } })],
    ['filter.state.state', () => sandboxFilter({ id: '', state: { state: wire(2) }, labelSelector: {} })],
    ['filter.label_selector', () => sandboxStatsFilter({ id: '', labelSelector: { '\0': '' } })],
    [
      'filter.state.state',
      () => containerFilter({ id: '', state: { state: wire(4) }, podSandboxId: '', labelSelector: {} }),
    ],
    [
      'filter.pod_sandbox_id',
      () => containerFilter({ id: '', state: undefined, podSandboxId: '\0', labelSelector: {} }),
    ],
    ['accepted', () => podCidr('10.0.0.0/24,fd00::/64', 'cidr')],
    ['cidr', () => podCidr('10.0.0.0', 'cidr')],
    ['cidr', () => podCidr('10.0.0.0/33', 'cidr')],
    ['cidr', () => podCidr('10.0.0.0/24,', 'cidr')],
  ];

  test.each(cases)('%#: %s', (field, act) => {
    expect(refusedField(act)).toBe(field);
  });

  test('a grace period of any length is taken', () => {
    expect(graceSeconds(2n ** 63n - 1n, 'timeout')).toBe(Number.MAX_SAFE_INTEGER);
    expect(graceSeconds(0n, 'timeout')).toBe(0);
  });

  test('filters hold the conditions that were given', () => {
    expect(sandboxFilter(undefined)).toEqual({});
    expect(sandboxFilter({ id: '', state: undefined, labelSelector: {} })).toEqual({});
    expect(
      containerFilter({
        id: 'c',
        podSandboxId: 's',
        state: { state: cri.ContainerState.CONTAINER_EXITED },
        labelSelector: { a: 'b' },
      }),
    ).toEqual({ id: 'c', sandboxId: 's', state: 'exited', labels: { a: 'b' } });
    expect(imageFilter({ image: { image: '', annotations: {} } })).toEqual({});
  });

  test('empty credentials are none', () => {
    expect(registryAuth(cri.AuthConfig.fromPartial({}), 'auth')).toBeUndefined();
    expect(registryAuth(undefined, 'auth')).toBeUndefined();
    expect(registryAuth(cri.AuthConfig.fromPartial({ password: 'a:b' }), 'auth')).toMatchObject({ password: 'a:b' });
  });
});
