import type { HostFacts } from './host-facts.ts';

/** What clients may ask for and this host cannot give in full: a sentence each, said once at the start. */
export const hostLimits = ({
  oomScoreAdjMin,
  swapAccounting,
  hugepageSizes,
  seccomp,
}: HostFacts): readonly string[] => [
  ...(oomScoreAdjMin > -1000
    ? [`without CAP_SYS_RESOURCE an oom_score_adj below ${oomScoreAdjMin} is raised to ${oomScoreAdjMin}`]
    : []),
  ...(swapAccounting
    ? []
    : [
        'this kernel does not count swap: a memory_swap_limit_in_bytes of the memory limit is not enforced, any higher one is refused',
      ]),
  ...(hugepageSizes.length > 0
    ? []
    : ['this host has no hugetlb controller: hugepage_limits of 0 are not enforced, any higher ones are refused']),
  ...(seccomp === undefined ? ['this kernel has no seccomp filters: only unconfined containers can be made'] : []),
];
