/**
 * Limits of a container or a pod in the words of CRI's LinuxContainerResources.
 * 0 and the empty string mean "not set"; bytes and microseconds as in CRI.
 */
export interface LinuxResources {
  /** Microseconds. */
  readonly cpuPeriod: number;
  /** Microseconds per period; negative is unlimited. */
  readonly cpuQuota: number;
  readonly cpuShares: number;
  readonly memoryLimitInBytes: number;
  readonly oomScoreAdj: number;
  /** List format of cpuset(7): `0-3,6`. */
  readonly cpusetCpus: string;
  readonly cpusetMems: string;
  readonly hugepageLimits: readonly HugepageLimit[];
  /** cgroup v2 files by name, written as they are. */
  readonly unified: Readonly<Record<string, string>>;
  /** Memory and swap together, in bytes. */
  readonly memorySwapLimitInBytes: number;
}

export interface HugepageLimit {
  /** As the kernel names it: `2MB`, `1GB`. */
  readonly pageSize: string;
  readonly limit: number;
}
