import { invalidArgument } from '../../../core/errors.ts';
import type { HugepageLimit, LinuxResources } from '../../../core/model/resources.ts';
import type * as cri from '../../v1alpha2/generated/api.ts';
import { integer, matching, NOT_NEGATIVE, SAFE, text } from './rules.ts';

/** Bounds of the kernel's CFS bandwidth control, in microseconds. */
const CPU_PERIOD = { min: 1000, max: 1_000_000 };
const MIN_CPU_QUOTA = 1000;

const CPUSET = { pattern: /^(\d+(-\d+)?(,\d+(-\d+)?)*)?$/, rule: 'must be a list such as 0-3,6' };
const PAGE_SIZE = { pattern: /^\d+[KMG]B$/, rule: 'must be a page size such as 2MB' };
const CGROUP_FILE = { pattern: /^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+$/, rule: 'must be named as files of cgroup v2' };

const cpuPeriod = (value: bigint, field: string): number => (value === 0n ? 0 : integer(value, field, CPU_PERIOD));

const cpuQuota = (value: bigint, field: string): number => {
  if (value > 0n && value < MIN_CPU_QUOTA) throw invalidArgument(field, `must be ${MIN_CPU_QUOTA} or more`);
  return integer(value, field, SAFE);
};

const hugepageLimit = (message: cri.HugepageLimit, field: string): HugepageLimit => {
  const { pageSize, limit, ...rest } = message;
  rest satisfies Record<string, never>;
  return {
    pageSize: matching(pageSize, `${field}.page_size`, PAGE_SIZE),
    limit: integer(limit, `${field}.limit`, NOT_NEGATIVE),
  };
};

const unifiedFiles = (files: Readonly<Record<string, string>>, field: string): Readonly<Record<string, string>> => {
  for (const [file, value] of Object.entries(files)) {
    matching(file, field, CGROUP_FILE);
    text(value, `${field}[${JSON.stringify(file)}]`);
  }
  return { ...files };
};

export const linuxResources = (message: cri.LinuxContainerResources, field: string): LinuxResources => {
  const { cpuPeriod: period, cpuQuota: quota, cpuShares, cpusetCpus, cpusetMems, ...others } = message;
  const { memoryLimitInBytes, memorySwapLimitInBytes, hugepageLimits, oomScoreAdj, unified, ...rest } = others;
  rest satisfies Record<string, never>;
  return {
    cpuPeriod: cpuPeriod(period, `${field}.cpu_period`),
    cpuQuota: cpuQuota(quota, `${field}.cpu_quota`),
    cpuShares: integer(cpuShares, `${field}.cpu_shares`, NOT_NEGATIVE),
    memoryLimitInBytes: integer(memoryLimitInBytes, `${field}.memory_limit_in_bytes`, NOT_NEGATIVE),
    // -1 lifts the limit: kubelets send it for unlimited swap.
    memorySwapLimitInBytes: integer(memorySwapLimitInBytes, `${field}.memory_swap_limit_in_bytes`, {
      ...NOT_NEGATIVE,
      min: -1,
    }),
    oomScoreAdj: integer(oomScoreAdj, `${field}.oom_score_adj`, { min: -1000, max: 1000 }),
    cpusetCpus: matching(cpusetCpus, `${field}.cpuset_cpus`, CPUSET),
    cpusetMems: matching(cpusetMems, `${field}.cpuset_mems`, CPUSET),
    hugepageLimits: hugepageLimits.map((limit, index) => hugepageLimit(limit, `${field}.hugepage_limits[${index}]`)),
    unified: unifiedFiles(unified, `${field}.unified`),
  };
};

export const optionalResources = (
  message: cri.LinuxContainerResources | undefined,
  field: string,
): LinuxResources | undefined => (message === undefined ? undefined : linuxResources(message, field));
