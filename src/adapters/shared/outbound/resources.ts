import type { LinuxResources } from '../../../core/model/resources.ts';
import type * as cri from '../../v1alpha2/generated/api.ts';

export const linuxResources = (resources: LinuxResources): cri.LinuxContainerResources => ({
  cpuPeriod: BigInt(resources.cpuPeriod),
  cpuQuota: BigInt(resources.cpuQuota),
  cpuShares: BigInt(resources.cpuShares),
  memoryLimitInBytes: BigInt(resources.memoryLimitInBytes),
  oomScoreAdj: BigInt(resources.oomScoreAdj),
  cpusetCpus: resources.cpusetCpus,
  cpusetMems: resources.cpusetMems,
  hugepageLimits: resources.hugepageLimits.map(({ pageSize, limit }) => ({ pageSize, limit: BigInt(limit) })),
  unified: resources.unified,
  memorySwapLimitInBytes: BigInt(resources.memorySwapLimitInBytes),
});
