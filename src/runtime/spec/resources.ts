import { invalidArgument, JanusError } from '../../core/errors.ts';
import type { HugepageLimit, LinuxResources } from '../../core/model/resources.ts';
import type { HostFacts } from './host-facts.ts';
import type { OciResources } from './oci.ts';

type Facts = Pick<HostFacts, 'cgroupVersion' | 'hugepageSizes' | 'swapAccounting'>;

/**
 * CRI's limits in the specification's words, for config.json and for `runtime update --resources`. What is not set is left out, so an
 * update leaves it alone. Errors: invalid-argument for a value that the kernel has no meaning for, failed-precondition for a limit that
 * this host cannot enforce, but for those that clients send without asking, which `hostLimits` names. `at` is the request's field.
 */
export const resourcesToOci = (resources: LinuxResources, facts: Facts, at: string): OciResources => {
  try {
    return convert(resources, facts);
  } catch (error) {
    throw error instanceof JanusError ? new JanusError(error.kind, `${at}.${error.message}`) : error;
  }
};

const convert = (resources: LinuxResources, facts: Facts): OciResources => {
  const cpu = cpuOf(resources);
  const memory = memoryOf(resources, facts);
  const hugepageLimits = resources.hugepageLimits.flatMap((limit) => hugepage(limit, facts));
  const unified = unifiedOf(resources.unified, facts);
  return {
    ...(isFilled(cpu) && { cpu }),
    ...(isFilled(memory) && { memory }),
    ...(hugepageLimits.length > 0 && { hugepageLimits }),
    ...(isFilled(unified) && { unified }),
  };
};

const isFilled = (record: object): boolean => Object.keys(record).length > 0;

const within = (field: string, value: number, [low, high]: readonly [number, number]): number => {
  if (!Number.isSafeInteger(value)) throw invalidArgument(field, `${value} is not a whole number`);
  if (value < low || value > high) throw invalidArgument(field, `${value} is not between ${low} and ${high}`);
  return value;
};

// Limits of the kernel: sched/core.c (shares, microseconds of period and quota).
const SHARES = [2, 262_144] as const;
const PERIOD = [1000, 1_000_000] as const;
const QUOTA = [1000, Number.MAX_SAFE_INTEGER] as const;
const BYTES = [0, Number.MAX_SAFE_INTEGER] as const;

const cpuOf = ({
  cpuShares,
  cpuQuota,
  cpuPeriod,
  cpusetCpus,
  cpusetMems,
}: LinuxResources): NonNullable<OciResources['cpu']> => ({
  ...(cpuShares !== 0 && { shares: within('cpu_shares', cpuShares, SHARES) }),
  ...(cpuQuota !== 0 && { quota: cpuQuota < 0 ? -1 : within('cpu_quota', cpuQuota, QUOTA) }),
  ...(cpuPeriod !== 0 && { period: within('cpu_period', cpuPeriod, PERIOD) }),
  ...(cpusetCpus !== '' && { cpus: cpuset('cpuset_cpus', cpusetCpus) }),
  ...(cpusetMems !== '' && { mems: cpuset('cpuset_mems', cpusetMems) }),
});

/** The list format of cpuset(7). */
const cpuset = (field: string, text: string): string => {
  if (!/^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/.test(text))
    throw invalidArgument(field, `${JSON.stringify(text)} is no list`);
  return text;
};

const cannot = (field: string, why: string): JanusError => new JanusError('failed-precondition', `${field}: ${why}`);

/**
 * A limit without one for swap means none to swap to, as the kubelet expects. -1 lifts the limit of swap. Where the
 * kernel does not count swap, a limit that leaves room for some cannot be kept; the memory limit itself is what clients send for "none".
 */
const memoryOf = (resources: LinuxResources, { swapAccounting }: Facts): NonNullable<OciResources['memory']> => {
  const limit = within('memory_limit_in_bytes', resources.memoryLimitInBytes, BYTES);
  const total = resources.memorySwapLimitInBytes;
  if (total !== -1) within('memory_swap_limit_in_bytes', total, BYTES);
  if (total > 0 && limit > total)
    throw invalidArgument('memory_swap_limit_in_bytes', 'must not be less than the memory limit');
  if (!swapAccounting && total > limit) throw cannot('memory_swap_limit_in_bytes', NO_SWAP);
  const swap = total === 0 ? limit : total;
  return { ...(limit !== 0 && { limit }), ...(swapAccounting && swap !== 0 && { swap }) };
};

const NO_SWAP = 'the kernel does not count swap';
const NO_HUGETLB = 'this host has no hugetlb controller';

// The kubelet names every page size, most with 0, also on hosts that cannot limit them.
const hugepage = ({ pageSize, limit }: HugepageLimit, { hugepageSizes }: Facts): HugepageLimit[] => {
  within('hugepage_limits', limit, BYTES);
  if (hugepageSizes.length === 0 && limit > 0) throw cannot('hugepage_limits', NO_HUGETLB);
  if (hugepageSizes.length === 0) return [];
  if (!hugepageSizes.includes(pageSize))
    throw invalidArgument('hugepage_limits', `this host has no pages of ${JSON.stringify(pageSize)}`);
  return [{ pageSize, limit }];
};

const unifiedOf = (
  unified: Readonly<Record<string, string>>,
  { cgroupVersion }: Facts,
): Readonly<Record<string, string>> => {
  if (isFilled(unified) && cgroupVersion === 1) throw cannot('unified', 'this host has no cgroup v2');
  const bad = Object.keys(unified).find((name) => !/^[a-z]+(\.[A-Za-z0-9_]+)+$/.test(name));
  if (bad !== undefined) throw invalidArgument('unified', `${JSON.stringify(bad)} is no cgroup file`);
  return unified;
};

/**
 * Raised to what the daemon may set: below it the kernel refuses the write and the container with it. Set for every container: what is
 * left out would be the daemon's own.
 */
export const oomScoreAdj = (wanted: number, { oomScoreAdjMin }: Pick<HostFacts, 'oomScoreAdjMin'>): number =>
  Math.max(within('oom_score_adj', wanted, [-1000, 1000]), oomScoreAdjMin);
